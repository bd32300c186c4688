"""Makes more messages of labelled ones: other casing, emoji, Latin letters, images renamed, two in one."""

import random
import re
import string
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate, pairwise
from typing import Any

from translation.training.examples import LETTERS, Opinion
from translation.training.romanise import romanised_pieces

EMOJI = ("😂", "🔥", "😍", "🙃", "👍", "💀", "😬", "❤️", "🤔", "😅", "✨", "👀")
ALONE = re.compile(r"(?<![^\W_])[ABCD](?![^\W_])")
JUDGING = re.compile(
    r"pictur|photo|image|paint|draw|art|colou?r|beaut|ugly|pretty|lovely|nice|cute|gorgeous|awful|terribl|horribl|"
    r"wonderful|perfect|amaz|boring|bored|better|best|worse|worst|prefer|favou?rite|like (this|that|it)|love (it|this)|"
    r"dark|bright|blur|sharp|clear|interest|weird|strange|scary|creepy|cool|fake|real|light|shadow|good|bad|great|hate|disgust|"
    r"style|first|second|left|right|look|choose|pick|former|latter|both",
    re.IGNORECASE,
)
KEYS = string.ascii_lowercase


def swap_letters(opinion: Opinion, rng: random.Random) -> Opinion:
    """Rename the images, where every image meant is named by its letter; otherwise the message as it was."""
    found = ALONE.findall(opinion.text)
    meant = {letter for label in opinion.labels for letter in label["targets"]}
    meant |= {opinion.preference or "tie"} - {"tie"}
    if opinion.kind == "single" or not meant or not meant <= set(found) or set(found) == {"A"}:
        return opinion
    names = LETTERS[: 2 if opinion.kind == "pair" else 4]
    to = dict(zip(names, rng.sample(names, len(names)), strict=True))
    if not set(found) <= set(names):
        return opinion
    labels = tuple({**label, "targets": sorted(to[t] for t in label["targets"])} for label in opinion.labels)
    preference = to.get(opinion.preference or "", opinion.preference)
    return replace(opinion, text=ALONE.sub(lambda m: to[m[0]], opinion.text), labels=labels, preference=preference)


def recase(opinion: Opinion, rng: random.Random) -> Opinion:
    """All small, or all capital letters, where that moves no character."""
    text = opinion.text.lower() if rng.random() < 0.8 else opinion.text.upper()
    if opinion.kind != "single":  # "a" for "A" would be another word
        both = enumerate(zip(opinion.text, text, strict=False))
        text = "".join(c if ALONE.match(opinion.text, i) else d for i, (c, d) in both)
    return replace(opinion, text=text) if len(text) == len(opinion.text) else opinion


def bare(opinion: Opinion, rng: random.Random) -> Opinion:
    """Without the final stop, sometimes with an emoji in its place."""
    ends = [label["span"][1] for label in opinion.labels if opinion.spans]
    kept = max([len(opinion.text.rstrip(" .!。！।؟?")), *ends])
    tail = " " + rng.choice(EMOJI) * rng.choice((1, 1, 2, 3)) if rng.random() < 0.5 else ""
    return replace(opinion, text=opinion.text[:kept] + tail)


def in_latin_letters(opinion: Opinion, rng: random.Random) -> Opinion:
    """As somebody types it who has no keyboard for the script; its evidence is found again."""
    cuts = sorted({0, len(opinion.text), *(edge for label in opinion.labels for edge in label["span"])})
    pieces = romanised_pieces([opinion.text[a:b] for a, b in pairwise(cuts)], opinion.language, rng)
    moved = dict(zip(cuts, accumulate(map(len, pieces), initial=0), strict=True))
    labels = tuple({**label, "span": [moved[edge] for edge in label["span"]]} for label in opinion.labels)
    return replace(opinion, text="".join(pieces), labels=labels)


def joined(first: Opinion, second: Opinion, between: str = " ") -> Opinion:
    """Two messages in one; the kind and the preference are those of the one that has labels or a preference."""
    at = len(first.text) + len(between)
    moved: tuple[dict[str, Any], ...] = tuple(
        {**label, "span": [label["span"][0] + at, label["span"][1] + at]} for label in second.labels
    )
    main = first if first.labels or first.preference else second
    return replace(main, text=first.text + between + second.text, labels=first.labels + moved)


def vary(opinion: Opinion, mates: Sequence[Opinion], chatter: Sequence[str], rng: random.Random) -> Opinion:
    """One random variant. `mates`: single-image opinions of the same language; `chatter`: what judges nothing."""
    opinion = swap_letters(opinion, rng)
    roll = rng.random()
    if roll < 0.2 and opinion.kind == "single" and mates:
        opinion = joined(opinion, rng.choice(mates), rng.choice((" ", ". ", "\n", ", ")))
    elif roll < 0.4 and chatter:
        other = Opinion(rng.choice(chatter), opinion.kind)
        opinion = joined(other, opinion) if rng.random() < 0.5 else joined(opinion, other)
    if rng.random() < 0.35:
        opinion = recase(opinion, rng)
    if rng.random() < 0.35:
        opinion = bare(opinion, rng)
    return opinion


def nonsense(rng: random.Random) -> str:
    """A message in no language: emoji, numbers, an address, keys hit at random."""
    roll = rng.random()
    if roll < 0.35:
        return "".join(rng.choice(EMOJI) for _ in range(rng.randint(1, 6)))
    if roll < 0.55:
        return rng.choice(("", "+", "#")) + "".join(rng.choices("0123456789 .,/:-", k=rng.randint(1, 12))).strip() + "1"
    if roll < 0.7:
        return f"https://{''.join(rng.choices(KEYS, k=6))}.example/{''.join(rng.choices(KEYS + '0123456789', k=8))}"
    if roll < 0.9:
        return "".join(rng.choices("asdfghjkl;qwer", k=rng.randint(4, 14)))
    return rng.choice("?!.…-~*") * rng.randint(1, 8)
