"""People who judge images in known ways."""

import random
from collections.abc import Callable

import pytest

from feedback.judgements import Answer, ImageFacts

Judge = Callable[[str, str], str | None]  # of the images shown, the one they choose


@pytest.fixture
def draw() -> random.Random:
    return random.Random(5)


@pytest.fixture
def images(draw: random.Random) -> dict[str, ImageFacts]:
    """Images of every size and quality."""
    found = {}
    for number in range(120):
        width, height = draw.randrange(300, 1200), draw.randrange(300, 1200)
        quality = draw.randrange(20, 96)
        size = int(width * height * (0.05 + quality / 300) * draw.uniform(0.5, 2))
        sampling = draw.choice(["4:2:0", "4:4:4"])
        found[f"image-{number:03}"] = ImageFacts(width, height, size, "JPEG", quality, sampling)
    return found


@pytest.fixture
def ask(draw: random.Random, images: dict[str, ImageFacts]) -> Callable[..., list[Answer]]:
    """Each of ten people answers about pairs in random order."""

    def ask(judge: Judge, times: int = 40) -> list[Answer]:
        answers = []
        for number in range(10 * times):
            shown = tuple(draw.sample(sorted(images), 2))
            answers.append(Answer(f"person-{number % 10}", "+".join(sorted(shown)), shown, judge(*shown)))
        return answers

    return ask
