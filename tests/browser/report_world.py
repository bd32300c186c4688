"""Simulated people who judge images in four languages, some of them with habits that a report should find."""

import random
from typing import Final

from feedback.judgements import Answer, ImageFacts, Mark
from feedback.report.tables import Material

LANGUAGES: Final = ("es", "es", "es", "ar", "ar", "en", "en", "en", "hi")
ASPECTS: Final = {"lighting": 0.5, "color": 1.0, "anatomy": 2.0, "text": 0.5}  # how far people differ on each


def simulated(answers: int = 1200, seed: int = 5) -> Material:
    """People who follow compression; the first presses one side, the second is strict; few speak of text."""
    draw = random.Random(seed)
    people = {f"{draw.getrandbits(64):016x}": language for language in LANGUAGES}
    stuck, strict, *_ = people
    images = {f"{draw.getrandbits(64):016x}": _image(draw) for _ in range(40)}
    beauty = {image: draw.gauss(0, 1) + (facts.jpeg_quality or 0) / 25 for image, facts in images.items()}
    pairs = [draw.sample(sorted(images), 2) for _ in range(answers // 6)]
    said, marks = [], []
    for number in range(answers):
        comparison = number % len(pairs)
        person, language = draw.choice(list(people.items()))
        first, second = draw.sample(pairs[comparison], 2)
        better = first if beauty[first] + draw.gauss(0, 2) > beauty[second] + draw.gauss(0, 2) else second
        chosen = None if draw.random() < 0.1 else first if person == stuck else better
        generators = tuple(f"model {int(image, 16) % 3 + 1}" for image in (first, second))
        said.append(Answer(person, str(comparison), (first, second), chosen, generators, language))
        for aspect, noise in ASPECTS.items():
            if draw.random() < (0.05 if aspect == "text" else 0.6):
                wish = beauty[first] - 2 + draw.gauss(0, noise) - 2 * (person == strict)
                score = draw.randint(1, 3) * (1 if wish > 0 else -1)
                marks.append(Mark(person, str(comparison), first, aspect, language, score))
    activity = {person: 2 * sum(one.person == person for one in said) for person in people}
    return Material(tuple(said), tuple(marks), images, activity, answers, 7, 3, 41)


def _image(draw: random.Random) -> ImageFacts:
    width, height = draw.randrange(300, 1200), draw.randrange(300, 1200)
    size = int(width * height * draw.uniform(0.05, 0.5))
    return ImageFacts(width, height, size, "JPEG", draw.randrange(20, 96), draw.choice(["4:2:0", "4:4:4"]))
