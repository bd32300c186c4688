"""Which language a message is in: its script, then a vote of those who can tell, and what is known of the person.

The voters are the encoder's language head, a model of word pieces (ngrams.py) and, where these two doubt, langdetect,
if it was found to be worth a vote (weights/vote.json).

`und` where nothing says it (only emoji, digits, links, nonsense): a guess would be kept as if it were known.
"""

import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from unicodedata import name as character_name

from translation import ngrams
from translation.languages import UNKNOWN, find_language, languages
from translation.mixed import named
from translation.segments import LAUGHTER, spoken

if TYPE_CHECKING:
    from langdetect.detector_factory import DetectorFactory

VOTE = Path(__file__).parent / "weights" / "vote.json"
DECLARED = 3.0  # earlier messages that a declared language counts for
HISTORY = 10  # earlier messages of one language that count at most
FLOOR = 1e-4  # what a voter that says zero is taken to mean
UNHEARD = 0.01  # what one says of a language that it has not learnt

SELDOM = 0.1  # voters, who learnt from as many sentences of each, overrate small languages beside big kin by this
SMALL = frozenset(["awa", "br", "ceb", "fo", "fy", "gd", "ilo", "jv", "kab", "la", "lb", "mt", "nds", "nn", "oc", "tk"])

LAUGHS = re.compile(LAUGHTER, re.IGNORECASE)
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
    heard = hear(words, script or "", head, ngrams.chances(words))
    chances = vote(heard, prior(declared, history or {}), weights())
    best = surest(chances, weights())
    return best if best.language == UNKNOWN else best._replace(language=named(words, best.language, chances))


class Heard(NamedTuple):
    """A message's words, the languages of their script, and what the head and the word pieces say of those."""

    words: str
    script: str
    possible: tuple[str, ...]
    head: Mapping[str, float]
    pieces: Mapping[str, float]


def hear(words: str, script: str, head: Mapping[str, float], pieces: Mapping[str, float]) -> Heard:
    """The voters' chances, shared out among what is written in this script."""
    possible = written_in(script)
    return Heard(words, script, possible, *(rewritten(said, script, possible) for said in (head, pieces)))


def vote(
    heard: Heard,
    before: Mapping[str, float],
    known: "Vote",
    ask: Callable[[str], Mapping[str, float]] | None = None,
) -> dict[str, float]:
    """The chance of each tag that is written in this script, and of `und`; `ask` stands for langdetect."""
    if len(heard.possible) == 1:
        return {heard.possible[0]: 0.99}
    voters = [Voter(known.head, heard.head), Voter(known.ngrams, heard.pieces)]
    found = together(voters, before, heard.possible)
    if known.detector and max(found.values()) < known.doubt:
        said = rewritten((ask or detected)(heard.words), heard.script, heard.possible)
        found = together([*voters, Voter(known.detector, said)], before, heard.possible)
    return found


def surest(chances: Mapping[str, float], known: "Vote") -> Identified:
    """The likeliest, unless even that is a guess."""
    best = max(chances, key=lambda tag: chances[tag])
    return Identified(best if len(chances) == 1 or chances[best] >= known.least else UNKNOWN, chances[best])


class Voter(NamedTuple):
    """What one says, and how much that counts."""

    weight: float
    chances: Mapping[str, float]

    def of(self, tag: str) -> float:
        """Its log-probability of a tag; of one that it has not learnt, what tells little."""
        return math.log(max(self.chances.get(tag, UNHEARD), FLOOR))


def together(voters: Sequence[Voter], before: Mapping[str, float], possible: Sequence[str]) -> dict[str, float]:
    """A weighted sum of log-probabilities, as probabilities; a voter that says nothing has no vote."""
    heard = [voter for voter in voters if voter.chances]
    scores = {
        tag: sum(voter.weight * voter.of(tag) for voter in heard) + before.get(tag, 0.0) for tag in (*possible, UNKNOWN)
    }
    most = max(scores.values())
    likely = {tag: math.exp(score - most) for tag, score in scores.items()}
    total = sum(likely.values())
    return {tag: chance / total for tag, chance in likely.items()}


def rewritten(chances: Mapping[str, float], script: str, possible: Sequence[str]) -> dict[str, float]:
    """A voter's chances, shared out among what is written in this script: `hi` in Latin letters is hi-Latn.

    Empty where the voter thinks of other scripts only.
    """
    found = {tag: chances[tag] for tag in (*possible, UNKNOWN) if tag in chances}
    for tag in chances:
        other = f"{tag}-{script}"
        if tag not in found and other in possible:
            found[other] = found.get(other, 0.0) + chances[tag]
    likely = {tag: chance * (SELDOM if tag in SMALL else 1.0) for tag, chance in found.items()}
    total = sum(likely.values())
    return {tag: chance / total for tag, chance in likely.items()} if total > FLOOR else {}


class Vote(NamedTuple):
    """What each voter weighs; `translation.training.fit_vote` writes it."""

    head: float
    ngrams: float
    detector: float
    doubt: float  # langdetect is asked where the others are less sure than this
    least: float  # below this the answer is `und`


@cache
def weights(path: Path = VOTE) -> Vote:
    """The fitted weights."""
    table = json.loads(path.read_text("utf-8"))
    return Vote(**{name: float(table["weights"][name]) for name in Vote._fields})


def prior(declared: str | None, history: Mapping[str, int]) -> dict[str, float]:
    """What each language that the person is known to use gains, in log-probability, in all its scripts."""
    known = find_language(declared) if declared else None
    times: Counter[str] = Counter()
    for tag, count in history.items():
        if tag != UNKNOWN and (earlier := find_language(tag)):
            times[earlier.tag] = min(HISTORY, times[earlier.tag] + count)  # es-en is Spanish too
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
    words = IMAGE_LETTER.sub(" ", LAUGHS.sub(" ", spoken(text)))
    return " ".join(STRETCHED.sub(r"\1\1", words).split())


def laughing_script(text: str) -> str | None:
    """The script of a message that only laughs: ㅋㅋ is Korean, but haha and 555 are anybody's."""
    script = dominant_script(spoken(text))
    return script if script != "Latn" else None


def dominant_script(words: str) -> str | None:
    """The script that most of the letters are in; Latin words among others are names or loans and count less.

    >>> dominant_script("B 더 좋아요"), dominant_script("右の方が好き"), dominant_script("この photo いい")
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
