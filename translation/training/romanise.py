"""Spells text of other scripts in Latin letters, roughly as people do in chats: more texts for romanised languages.

Only for scripts that write their vowels: what Arabic script leaves out cannot be made up.
"""

import random
import re
import unicodedata
from collections.abc import Sequence
from functools import cache

VIRAMA, LENGTH = 0x4D, 0x80  # in every block of the Indic scripts, which share one order
INDIC = {"hi": 0x900, "bn": 0x980, "gu": 0xA80, "ta": 0xB80, "te": 0xC00}
CONSONANTS = (  # from the fifteenth hexadecimal place of a block on; a|b are ways to spell one letter
    "k kh g gh n|ng ch chh|ch j jh n|ny t th d dh n t th d dh n n p f|ph b bh m y r r l l zh v|w sh sh s h"
)
NUKTA = {0x58: "q|k", 0x59: "kh", 0x5A: "g|gh", 0x5B: "z|j", 0x5C: "d|r", 0x5D: "rh|dh", 0x5E: "f|ph", 0x5F: "y"}
VOWELS = {
    0x05: "a", 0x06: "a|aa", 0x07: "i", 0x08: "i|ee", 0x09: "u", 0x0A: "u|oo", 0x0B: "ri", 0x0E: "e", 0x0F: "e|ae",
    0x10: "ai|e", 0x12: "o", 0x13: "o", 0x14: "au|o", 0x3E: "a|aa", 0x3F: "i", 0x40: "i|ee", 0x41: "u",
    0x42: "u|oo", 0x43: "ri", 0x46: "e", 0x47: "e", 0x48: "ai|e", 0x4A: "o", 0x4B: "o", 0x4C: "au|o",
}  # fmt: skip
FINAL = {"aa": "a", "ee": "i", "oo": "u"}
MARKS = {0x01: "n", 0x02: "n", 0x03: "h"}
TAMIL = {0x15: "k|g", 0x1A: "s|ch", 0x1F: "t|d", 0x24: "th|dh", 0x28: "n", 0x31: "r|tr", 0x34: "zh"}
BANGLA = {0x2F: "j", 0x37: "sh|s", 0x35: "b", 0x5C: "r", 0x24: "t"}
ALPHABETS = {
    "ru": "а=a б=b в=v г=g д=d е=e ё=yo|e|jo ж=zh|j з=z и=i й=y|j|i к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u ф=f"
    " х=h|kh|x ц=ts|c ч=ch|4 ш=sh щ=sch|shch|sh ъ= ы=y|i ь=|' э=e ю=yu|u|ju я=ya|ja|ia",
    "uk": "а=a б=b в=v г=h|g ґ=g д=d е=e є=ye|ie|je ж=zh|j з=z и=y|i і=i ї=yi|i|ji й=y|i|j к=k л=l м=m н=n о=o п=p р=r"
    " с=s т=t у=u ф=f х=kh|h|x ц=ts|c ч=ch ш=sh щ=shch|sch ь=|' ю=yu|iu|ju я=ya|ia|ja ʼ= ’=",
    "el": "α=a β=v|b γ=g δ=d ε=e ζ=z η=i|h θ=th|8 ι=i κ=k λ=l μ=m ν=n ξ=ks|x|3 ο=o π=p ρ=r σ=s ς=s τ=t υ=u|y|i φ=f"
    " χ=x|h|ch ψ=ps ω=o|w ου=ou|u αι=ai|e ει=ei|i οι=oi|i μπ=mp|b ντ=nt|d γκ=gk|g αυ=av|au|af ευ=ev|eu|ef",
}
ROMANISED = (*INDIC, *ALPHABETS)
IMAGE = re.compile(r"\W*[A-D]\W*")


class Spelling:
    """One person's habits: each letter that can be spelled in several ways is always spelled in one."""

    def __init__(self, language: str, rng: random.Random) -> None:
        self.language = language
        self._rng, self._habits = rng, dict[str, str]()

    def of(self, choices: str) -> str:
        """The habit among `a|b|c`."""
        if choices not in self._habits:
            self._habits[choices] = self._rng.choice(choices.split("|"))
        return self._habits[choices]


def romanised(text: str, language: str, rng: random.Random) -> str:
    """The text in Latin letters.

    >>> romanised("मुझे रोशनी पसंद है", "hi", random.Random(5))
    'mujhe roshni pasand hai'
    """
    return "".join(romanised_pieces([text], language, rng))


def romanised_pieces(pieces: Sequence[str], language: str, rng: random.Random) -> list[str]:
    """The pieces of one text, all by one person's habits."""
    spelling, spell = Spelling(language, rng), _indic if language in INDIC else _alphabetic
    return [
        " ".join(word if IMAGE.fullmatch(word) else spell(word.lower(), spelling) for word in piece.split(" "))
        for piece in pieces
    ]


@cache
def alphabet(language: str) -> dict[str, str]:
    """Letters, and pairs of letters, with the ways to spell them."""
    return dict(letter.split("=", 1) for letter in ALPHABETS[language].split())


@cache
def consonants(language: str) -> dict[int, str]:
    """The same, by place in the block of an Indic script."""
    return dict(enumerate(CONSONANTS.split(), 0x15)) | NUKTA | {"ta": TAMIL, "bn": BANGLA}.get(language, {})


def _alphabetic(word: str, spelling: Spelling) -> str:
    table, out, at = alphabet(spelling.language), "", 0
    if spelling.language == "el":
        word = "".join(c for c in unicodedata.normalize("NFD", word) if c not in "\u0301\u0308")
    while at < len(word):
        size = 2 if word[at : at + 2] in table else 1
        piece = word[at : at + size]
        out += spelling.of(table[piece]) if piece in table else piece
        at += size
    return out


def _indic(word: str, spelling: Spelling) -> str:
    start = INDIC[spelling.language]
    letters = consonants(spelling.language)
    sounds: list[tuple[str, str]] = []  # (spelling, kind): C consonant, a inherent vowel, V vowel, - anything else
    for character in unicodedata.normalize("NFC", word).replace("\u200d", "").replace("\u200c", ""):
        code = ord(character) - start
        if not 0 <= code < LENGTH:
            sounds.append((character, "-"))
        elif code == VIRAMA or (code in VOWELS and code >= 0x3E):
            if sounds and sounds[-1][1] == "a":
                sounds.pop()
            sounds += [(spelling.of(VOWELS[code]), "V")] if code in VOWELS else []
        elif code in VOWELS:
            sounds.append((spelling.of(VOWELS[code]), "V"))
        elif code in letters:
            inherent = "o" if spelling.language == "bn" else "a"
            sounds += [(spelling.of(letters[code]), "C"), (inherent, "a")]
        elif code in MARKS:
            sounds.append((spelling.of(MARKS[code]), "N"))
        elif 0x66 <= code <= 0x6F:
            sounds.append((str(code - 0x66), "-"))
    if spelling.language not in ("ta", "te"):
        sounds = _without_silent(sounds)
    *_, last = sounds or [("", "")]
    if last[1] in "VN" and len(sounds) > 2:  # the end of a word is written short
        sounds[-1] = (spelling.of("n|") if last[1] == "N" else FINAL.get(last[0], last[0]), last[1])
    return "".join(sound for sound, _ in sounds)


def _without_silent(sounds: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Drops the inherent vowels that nobody says: at the end, and in a consonant between two spoken syllables."""
    kinds = [kind for _, kind in sounds]
    for at in range(len(kinds) - 1, 1, -1):
        before, after = kinds[at - 2], kinds[at + 1 : at + 3]
        if kinds[at] == "a" and before in "aVN" and (not after or after[0] == "-" or after in (["C", "V"], ["C", "a"])):
            kinds[at] = ""
    return [sound for sound, kind in zip(sounds, kinds, strict=True) if kind]
