"""Simulated people who choose between pictures, for `stability.py`: what they like is measured on the pixels."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter, ImageOps

from feedback.reward.answers import Answers, Exported, Remarks
from feedback.reward.artefacts import jpeg

PEOPLE, ANSWERS, OUCH = 30, 60, 2.0  # OUCH: how much worse a broken picture is, in spreads of what people like


@dataclass(frozen=True)
class Simulated:
    """An export as the trainer reads it, and its pictures: the given ones, then their broken twins."""

    exported: Exported
    pictures: list[Image.Image]


def simulated_export(pictures: Sequence[Image.Image], seed: int) -> Simulated:
    """Choices by tastes around a common one, each half of them between a picture and its broken twin or any other."""
    chance = np.random.default_rng(seed)
    shown = [*pictures, *(_broken(picture, number) for number, picture in enumerate(pictures))]
    liked = _likings(pictures)
    common = chance.normal(size=liked.shape[1])
    tastes = common + 0.5 * chance.normal(size=(PEOPLE, len(common)))
    broken = np.repeat([0.0, OUCH], len(pictures))
    rows = [
        _choice(tastes[person] @ np.tile(liked, (2, 1)).T - broken, chance)
        for person in np.repeat(range(PEOPLE), ANSWERS)
    ]
    pairs, choices = zip(*rows, strict=True)
    count = len(rows)
    train = np.full(count, "train")
    answers = Answers(
        train,
        train,
        np.ones(count),
        np.array([[*pair, -1, -1] for pair in pairs]),
        np.array(choices),
        np.repeat(range(PEOPLE), ANSWERS),
    )
    none, words = np.zeros((0, 4), np.int64), np.zeros(0, np.str_)
    nobody = np.zeros(0, np.int64)
    remarks = Remarks(words, words, np.zeros(0), none, none, nobody, np.zeros(0), nobody, nobody)
    files = tuple((f"{number:064x}", Path(f"{number}.png")) for number in range(len(shown)))
    people = tuple(f"person {number}" for number in range(PEOPLE))
    return Simulated(Exported("simulated", files, np.ones(len(shown), bool), people, answers, remarks), shown)


def _likings(pictures: Sequence[Image.Image]) -> np.ndarray:
    """Brightness, saturation, warmth, contrast and detail, standardised (pictures, 5)."""
    rows = []
    for picture in pictures:
        pixels = np.asarray(picture.resize((64, 64), Image.Resampling.BOX), np.float32) / 255
        light = pixels.mean(axis=2)
        color = pixels.max(axis=2) - pixels.min(axis=2)
        warmth = pixels[..., 0] - pixels[..., 2]
        rows.append([light.mean(), color.mean(), warmth.mean(), light.std(), np.abs(np.diff(light)).mean()])
    found = np.array(rows)
    return (found - found.mean(axis=0)) / found.std(axis=0)


def _broken(picture: Image.Image, number: int) -> Image.Image:
    """In one of three ways, at another strength each time."""
    strength = number % 4
    if number % 3 == 0:
        return jpeg(6 + 3 * strength)(picture)
    if number % 3 == 1:
        return ImageOps.posterize(picture, 2 + strength % 2)
    return picture.filter(ImageFilter.GaussianBlur(1.8 + 0.6 * strength))


def _choice(worth: np.ndarray, chance: np.random.Generator) -> tuple[tuple[int, int], int]:
    first = int(chance.integers(len(worth)))
    twin = (first + len(worth) // 2) % len(worth)
    second = twin if chance.random() < 0.5 else int((first + 1 + chance.integers(len(worth) - 1)) % len(worth))
    loses = chance.random() > 1 / (1 + np.exp(worth[second] - worth[first]))
    return (first, second), int(loses)
