"""Which language a message is in: its script, then a vote of language head, langdetect and what is known of the person.

`und` where nothing says it (only emoji, digits, links, nonsense): a guess would be kept as if it were known.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple
from unicodedata import name as character_name

from translation.languages import UNKNOWN, find_language, languages
from translation.segments import spoken

if TYPE_CHECKING:
    from langdetect.detector_factory import DetectorFactory

# The vote is a weighted sum of log-probabilities; `translation.training.fit_vote` chose these on held-out messages.
HEAD = 1.0
DETECTOR = 0.1
DECLARED = 3.0  # earlier messages that a declared language counts for
HISTORY = 10  # earlier messages of one language that count at most
DOUBT = 0.9  # a head surer than this is not checked with langdetect
UNHEARD = 0.01  # langdetect's chance of a tag that it does not know
FLOOR = 1e-3  # what a voter that says zero is taken to mean
LEAST = 0.15  # below this the answer is `und`

SELDOM = 0.1  # what the head, which learnt from as many sentences of each, overrates small languages beside big kin by
SMALL = {
    "awa",
    "br",
    "ceb",
    "fo",
    "fy",
    "gd",
    "gl",
    "ilo",
    "jv",
    "kab",
    "la",
    "lb",
    "mt",
    "nds",
    "nn",
    "oc",
    "tk",
    "tt",
}

LAUGHTER = re.compile(
    r"\b(?:(?:ja|je|ji|ha|he|hi|ka|ah|ха|хи|хе|ах){2,}\w?|[jk]{3,}|w{2,}|x+d+|rs(?:rs)+|5{3,})\b"
    r"|[ㅋㅎㅠㅜ]+|ｗ+|(?<=[\u3040-\u9fff])w+|[哈呵嘻]{2,}|ه{3,}|ฮ{2,}",
    re.IGNORECASE,
)
STRETCHED = re.compile(r"(\w)\1{2,}")
IMAGE_LETTER = re.compile(r"@?\b[A-D]\b")

_SAME_SCRIPT = {"Hans": "Hani", "Hant": "Hani", "Jpan": "Hani"}
_NAMED = {
    "LATIN": "Latn", "CYRILLIC": "Cyrl", "ARABIC": "Arab", "DEVANAGARI": "Deva", "BENGALI": "Beng", "HEBREW": "Hebr",
    "ETHIOPIC": "Ethi", "CJK": "Hani", "HIRAGANA": "Kana", "KATAKANA": "Kana", "HANGUL": "Kore", "THAI": "Thai",
    "LAO": "Laoo", "KHMER": "Khmr", "MYANMAR": "Mymr", "GREEK": "Grek", "ARMENIAN": "Armn", "GEORGIAN": "Geor",
    "TAMIL": "Taml", "TELUGU": "Telu", "MALAYALAM": "Mlym", "KANNADA": "Knda", "GUJARATI": "Gujr", "GURMUKHI": "Guru",
    "ORIYA": "Orya", "SINHALA": "Sinh", "TIBETAN": "Tibt", "THAANA": "Thaa", "FULLWIDTH": "Latn", "HALFWIDTH": "Kana",
}  # fmt: skip
_DETECTED = {"zh-cn": "zh-Hans", "zh-tw": "zh-Hant", "no": "nb"}


class Identified(NamedTuple):
    """A tag of `languages()`, and how sure."""

    language: str
    confidence: float


def identify(
    text: str, head: Mapping[str, float], *, declared: str | None = None, history: Mapping[str, int] | None = None
) -> Identified:
    """The language of `text`, given the head's probability of each tag.

    `declared` is what the person (or their client) says they write, `history` how many messages they wrote in each
    language; both only tip the scales.
    """
    words = cleaned(text)
    script = dominant_script(words) or laughing_script(text)
    possible = written_in(script) if script else ()
    if not possible:
        return Identified(UNKNOWN, 1.0)
    if len(possible) == 1:
        return Identified(possible[0], 0.99)
    chances = vote(words, rewritten(head, script or "", possible), prior(declared, history or {}))
    best = max(chances, key=lambda tag: chances[tag])
    return Identified(best if chances[best] >= LEAST else UNKNOWN, chances[best])


def rewritten(head: Mapping[str, float], script: str, possible: Sequence[str]) -> dict[str, float]:
    """The head's chances, shared out among what is written in this script: `hi` in Latin letters is hi-Latn."""
    chances = {tag: head.get(tag, 0.0) for tag in (*possible, UNKNOWN)}
    for tag in set(head) - set(chances):
        other = f"{tag}-{script}"
        if other in chances:
            chances[other] += head[tag]
    likely = {tag: chance * (SELDOM if tag in SMALL else 1.0) for tag, chance in chances.items()}
    total = sum(likely.values()) or 1.0
    return {tag: chance / total for tag, chance in likely.items()}


def vote(words: str, head: Mapping[str, float], before: Mapping[str, float]) -> dict[str, float]:
    """The chance of each tag that the head was asked about."""
    heard = detected(words) if max(head.values()) < DOUBT else {}
    scores = {
        tag: HEAD * _log(chance) + (DETECTOR * _log(heard.get(tag, UNHEARD)) if heard else 0.0) + before.get(tag, 0.0)
        for tag, chance in head.items()
    }
    most = max(scores.values())
    weights = {tag: math.exp(score - most) for tag, score in scores.items()}
    total = sum(weights.values())
    return {tag: weight / total for tag, weight in weights.items()}


def prior(declared: str | None, history: Mapping[str, int]) -> dict[str, float]:
    """What each language that the person is known to use gains, in log-probability, in all its scripts."""
    times = Counter({tag: min(count, HISTORY) for tag, count in history.items() if tag != UNKNOWN})
    known = find_language(declared) if declared else None
    gains: defaultdict[str, float] = defaultdict(float)
    for tag, count in times.items():
        gains[tag] += count
    if known:
        for tag, language in languages().items():
            if language.base == known.base:
                gains[tag] += DECLARED if tag == known.tag else DECLARED / 3
    return {tag: math.log1p(gain) for tag, gain in gains.items()}


def cleaned(text: str) -> str:
    """The words that can tell a language: without links, mentions, emoji, laughter, image letters, stretching."""
    words = IMAGE_LETTER.sub(" ", LAUGHTER.sub(" ", spoken(text)))
    return " ".join(STRETCHED.sub(r"\1\1", words).split())


def laughing_script(text: str) -> str | None:
    """The script of a message that only laughs: ㅋㅋ is Korean, but haha and 555 are anybody's."""
    script = dominant_script(spoken(text))
    return script if script != "Latn" else None


def dominant_script(words: str) -> str | None:
    """The script that most of the letters are in; Latin words among others are names or loans and count less.

    >>> dominant_script("B 더 좋아요"), dominant_script("右の方が好き"), dominant_script("この photo vibe")
    ('Kore', 'Jpan', 'Jpan')
    """
    counts = Counter(_script(c) for c in words if c.isalpha())
    if counts["Kana"] and counts["Kana"] * 8 >= counts["Hani"]:
        counts["Jpan"] = 2 * (counts.pop("Kana") + counts.pop("Hani", 0))
    counts["Hani"] *= 2  # an ideograph is half a word
    counts = +counts
    if counts["Latn"] * 3 < sum(counts.values()) * 2:
        counts.pop("Latn", None)
    return max(counts, key=lambda script: counts[script], default=None)


@cache
def written_in(script: str) -> tuple[str, ...]:
    """Tags of the table in this script. Ideographs alone may be Chinese or Japanese; kana are Japanese only."""
    if script == "Jpan":
        return ("ja",)
    return tuple(tag for tag, lang in languages().items() if script in (lang.script, _SAME_SCRIPT.get(lang.script)))


def detected(words: str) -> dict[str, float]:
    """What langdetect thinks, over all the tags it knows; empty where it finds nothing to go by."""
    from langdetect.lang_detect_exception import LangDetectException

    detector = _factory().create()
    detector.seed = 0  # it draws at random: unseeded, one text gets several answers
    detector.append(words)
    try:
        found = {_DETECTED.get(guess.lang, guess.lang): float(guess.prob) for guess in detector.get_probabilities()}
    except LangDetectException:
        return {}
    return {_DETECTED.get(tag, tag): 0.0 for tag in _factory().get_lang_list()} | found


@cache
def _factory() -> "DetectorFactory":
    from langdetect.detector_factory import PROFILES_DIRECTORY, DetectorFactory

    factory = DetectorFactory()
    factory.load_profile(PROFILES_DIRECTORY)
    return factory


@cache
def _script(character: str) -> str:
    return _NAMED.get(character_name(character, "").split(" ")[0], "Zyyy")


def _log(chance: float) -> float:
    return math.log(max(chance, FLOOR))
