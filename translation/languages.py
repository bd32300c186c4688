"""The languages that people are understood in: one table of BCP 47 tags, scripts and names.

Names come from CLDR (through Babel) wherever it has them, in any language; the table names only what CLDR does not.
"""

from functools import cache
from typing import NamedTuple

UNKNOWN = "und"
RIGHT_TO_LEFT = frozenset({"Arab", "Hebr", "Thaa"})

# ISO 15924 script -> tags written in it. A tag with a script of its own (hi-Latn) is written otherwise than is usual.
_BY_SCRIPT = {
    "Latn": "af az br bs ca ceb cs cy da de en eo es et eu fi fo fr fy ga gd gl ha hbs hr hu id ig ilo is it jv kab ku"
    " la lb lt lv ms mt nb nds nl nn no oc pl pt ro sk sl so sq sv sw tk tl tr uz vi war xh yo zu"
    " ar-Latn bn-Latn el-Latn fa-Latn gu-Latn hi-Latn ru-Latn sr-Latn ta-Latn te-Latn uk-Latn ur-Latn",
    "Cyrl": "be bg kk mk mn ru sr tt uk uz-Cyrl",
    "Arab": "ar fa ug ur",
    "Deva": "awa hi mr ne",
    "Beng": "bn",
    "Hebr": "he yi",
    "Ethi": "am",
    "Hans": "zh zh-Hans",
    "Hant": "zh-Hant",
    "Jpan": "ja",
    "Kore": "ko",
    "Thai": "th",
    "Laoo": "lo",
    "Khmr": "km",
    "Mymr": "my",
    "Grek": "el",
    "Armn": "hy",
    "Geor": "ka",
    "Taml": "ta",
    "Telu": "te",
    "Mlym": "ml",
    "Knda": "kn",
    "Gujr": "gu",
    "Guru": "pa",
    "Orya": "or",
    "Sinh": "si",
    "Tibt": "bo",
    "Thaa": "dv",
    "Zyyy": UNKNOWN,
}
_NAMES = {
    "hbs": "Serbo-Croatian",
    "ar-Latn": "Arabic (romanised)",
    "bn-Latn": "Bangla (romanised)",
    "el-Latn": "Greek (romanised)",
    "fa-Latn": "Persian (romanised)",
    "gu-Latn": "Gujarati (romanised)",
    "hi-Latn": "Hindi (romanised)",
    "ru-Latn": "Russian (romanised)",
    "sr-Latn": "Serbian (Latin)",
    "ta-Latn": "Tamil (romanised)",
    "te-Latn": "Telugu (romanised)",
    "uk-Latn": "Ukrainian (romanised)",
    "ur-Latn": "Urdu (romanised)",
    "uz-Cyrl": "Uzbek (Cyrillic)",
    UNKNOWN: "Unknown language",
}


class Language(NamedTuple):
    """A language as people write it."""

    tag: str
    name: str  # in English
    script: str  # ISO 15924

    @property
    def right_to_left(self) -> bool:
        return self.script in RIGHT_TO_LEFT

    @property
    def base(self) -> str:
        """The tag without script or region."""
        return self.tag.split("-")[0]


@cache
def languages() -> dict[str, Language]:
    """All of the table, by tag.

    >>> languages()["ur"].right_to_left, languages()["ur-Latn"].name
    (True, 'Urdu (romanised)')
    """
    pairs = ((tag, script) for script, tags in _BY_SCRIPT.items() for tag in tags.split())
    return {tag: Language(tag, _NAMES.get(tag) or _cldr(tag, "en") or tag, script) for tag, script in sorted(pairs)}


def find_language(tag: str) -> Language | None:
    """The table's entry for any spelling of a tag (`pt_BR`, `ZH-hans-CN`), or None.

    >>> find_language("pt_BR").tag, find_language("zh-TW").tag, find_language("xx")
    ('pt', 'zh-Hant', None)
    """
    base, *rest = tag.replace("_", "-").split("-")
    base = base.lower()
    if base == "zh":
        traditional = any(part.lower() in ("hant", "tw", "hk", "mo") for part in rest)
        return languages()["zh-Hant" if traditional else "zh-Hans"]
    scripts = [part.title() for part in rest if len(part) == 4]
    candidates = [f"{base}-{script}" for script in scripts] + [{"fil": "tl", "iw": "he", "in": "id"}.get(base, base)]
    return next((languages()[candidate] for candidate in candidates if candidate in languages()), None)


def name_in(tag: str, locale: str) -> str:
    """What speakers of `locale` call the language; the English name where CLDR does not know.

    >>> name_in("es-en", "de")
    'Spanisch + Englisch'
    """
    language = find_language(tag)
    if language and language.base != "en" and tag == f"{language.base}-en":  # a mixed message
        return f"{name_in(language.base, locale)} + {name_in('en', locale)}"
    return _cldr(tag, locale) or (language.name if language else tag)


def _cldr(tag: str, locale: str) -> str | None:
    from babel import Locale, UnknownLocaleError

    try:
        names = Locale.parse(locale.replace("-", "_")).languages
    except (ValueError, UnknownLocaleError):
        return None
    name = names.get(tag.replace("-", "_")) or (names.get(tag) if "-" not in tag else None)
    return str(name) if name else None
