"""The form in which a sentence is translated, so that a capital or a final stop cannot change what it means.

People type "la luz es suave", "La luz es suave." and "LA LUZ ES SUAVE"; a small decoder answers each differently.
"""

import re
import unicodedata

from translation.identify import dominant_script

STOPS = {
    "Jpan": "。", "Hani": "。", "Deva": "।", "Beng": "।", "Guru": "।", "Orya": "।", "Armn": "։", "Ethi": "።",
    "Thai": "", "Laoo": "", "Khmr": "", "Mymr": "", "Tibt": "",
}  # fmt: skip
DOTTED = {"az", "tr"}  # where i and ı are two letters
STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
REPEATED = re.compile(r"([!?。！？،,;:~])\1+|(?:\.\s?){4,}")
SHORTENED = 5  # capitals alone may be an abbreviation up to this length


def canonical(text: str, language: str = "") -> str:
    """The sentence with a capital in front and a stop at the end; shouting is said aloud.

    >>> canonical("la luz es suave"), canonical("LA B ES MEJOR!"), canonical("右が好き")
    ('La luz es suave.', 'La B es mejor!', '右が好き。')
    """
    words = _titled(" ".join(unicodedata.normalize("NFC", text).split()), language)
    if words.isupper() and sum(map(len, re.findall(r"[^\W\d_]+", words))) > SHORTENED:
        said = " ".join(word if len(word.strip("@.,;:!?")) < 2 else _lower(word, language) for word in words.split())
        words = _titled(said, language)
    return words + (_stop(words) if any(map(str.isalpha, words)) and _unfinished(words) else "")


def same_but_finished(text: str, form: str) -> bool:
    """Whether a form differs from the text in its first character's case and its final stop at most.

    >>> same_but_finished("la luz", "La luz."), same_but_finished("muuuy", "Muy.")
    (True, False)
    """
    text = " ".join(text.split())
    last = len(form) if form[-1:] == text[-1:] else -1
    return form[:1].casefold() == text[:1].casefold() and form[1:last] == text[1:]


def relaxed(text: str, language: str = "") -> str:
    """For a second try: without stretching ("muuuuy") and repeated marks ("!!!"), then as `canonical`.

    >>> relaxed("muuuuy bonito!!!")
    'Muy bonito!'
    """
    once = REPEATED.sub(lambda found: found[1] or "...", STRETCHED.sub(r"\1", text))
    return canonical(once, language)


def finished_like(source: str, english: str) -> str:
    """The translation of `canonical(source)`, without the final stop where the person wrote none."""
    return english[:-1] if _unfinished(source) and english.endswith(".") and not english.endswith("..") else english


def _unfinished(words: str) -> bool:
    last = words.rstrip()[-1:]
    return bool(last) and unicodedata.category(last)[0] in "LMN"


def _lower(word: str, language: str) -> str:
    return (word.replace("I", "ı").replace("İ", "i") if language in DOTTED else word).lower()


def _titled(words: str, language: str) -> str:
    """With a capital for its first letter."""
    start = next((n for n, c in enumerate(words) if c.isalpha()), None)
    if start is None:
        return words
    letter = words[start]
    capital = "İ" if letter == "i" and language in DOTTED else letter.title()
    return unicodedata.normalize("NFC", words[:start] + capital + words[start + 1 :])


def _stop(words: str) -> str:
    return STOPS.get(dominant_script(words) or "", ".")
