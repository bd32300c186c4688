"""Names a message in two languages at once: `es-en` is Spanish with much English in it.

Told word by word with the model of word pieces. Only English is looked for, which people mix into everything; a tag
with a script of its own (hi-Latn) stays as it is, since English words belong to that way of writing.
"""

import math

from translation import ngrams

ENGLISH = "en"
SHARE = 0.25  # of the words, that each of the two languages needs
LEAST = 2  # words of each
SURE = 2.0  # log-odds from which on a word counts as one language's, not the other's


def named(words: str, best: str, chances: dict[str, float]) -> str:
    """`best`, or the tag of both languages; what is mixed counts as the other language, never as English."""
    main = second(best, chances)
    if main is None or "-" in main:
        return best
    own, english = spoken_in(words, main)
    total = len(words.split())
    enough = min(own, english) >= max(LEAST, SHARE * total)
    return f"{main}-{ENGLISH}" if enough else best


def second(best: str, chances: dict[str, float]) -> str | None:
    """The language beside English: the best, or the one that comes after English."""
    if best != ENGLISH:
        return best
    others = {tag: chance for tag, chance in chances.items() if tag not in (ENGLISH, "und")}
    likely = max(others, key=lambda tag: others[tag], default=None)
    return likely if likely is not None and others[likely] > 1e-4 else None


def spoken_in(words: str, language: str) -> tuple[int, int]:
    """How many words are surely of `language`, and how many surely English; neighbours speak for each other."""
    each = [odds(word, language) for word in words.split()]
    smooth = [
        value + 0.5 * (each[at - 1] if at else 0.0) + 0.5 * (each[at + 1] if at + 1 < len(each) else 0.0)
        for at, value in enumerate(each)
    ]
    return sum(value > SURE for value in smooth), sum(value < -SURE for value in smooth)


def odds(word: str, language: str) -> float:
    """The logarithm of how much likelier the word is in `language` than in English."""
    found = ngrams.chances(word)
    if not found or language not in found:
        return 0.0
    return math.log(max(found[language], 1e-6) / max(found[ENGLISH], 1e-6))
