"""Finds the images that a text names by letter or number, where the reader's own guess is weakest: among four.

Ordinals and places ("la segunda", "oben links") are the reader's to know; letters and digits are the same in most
languages, and a person who writes them means them.
"""

import re

from feedback.evidence import UNSPACED
from feedback.records import LETTERS, Letter

# Not the Cyrillic ones: В and А are among the commonest Russian words, and Latin letters are typed with them.
ALPHABETS = ("ABCD", "ＡＢＣＤ", "ΑΒΓΔ", "אבגד", "1234", "１２３４", "١٢٣٤", "۱۲۳۴", "१२३४")
MEANT: dict[str, Letter] = {sign: LETTERS[n] for signs in ALPHABETS for n, sign in enumerate(signs)}
BESIDE = rf"[^\W{UNSPACED}\uac00-\ud7af]"  # a letter beside makes a word of it, but not in 3번 or BとC
NAME = re.compile(rf"(?<!{BESIDE})[{''.join(MEANT)}](?!{BESIDE})")
SENTENCE_END = re.compile(r"[.!?。！？؟।\n]")


def named_by(text: str, span: tuple[int, int]) -> tuple[Letter, ...]:
    """The images named in the evidence, else the last one named before it in its sentence; empty where there is none.

    >>> named_by("3 is blurry, and 4 forgot the cat ears", (19, 38)), named_by("B and D both glow. Nice", (8, 17))
    (('D',), ('D',))
    """
    names = [(found.start(), found[0]) for found in NAME.finditer(text)]
    if {sign for _, sign in names} == {"A"}:
        return ()  # a bare A is an article or a preposition in too many languages
    inside = {MEANT[sign] for place, sign in names if span[0] <= place < span[1]}
    before = [(place, MEANT[sign]) for place, sign in names if place < span[0]]
    if not inside and before and not SENTENCE_END.search(text, before[-1][0], span[0]):
        return (before[-1][1],)
    return tuple(sorted(inside))
