"""Simulated people who follow the file and not what it shows; and people who do not."""

import random
from collections.abc import Callable

from feedback.confounds import POSITION, confounds
from feedback.estimates import Estimate, TooLittle
from feedback.judgements import Answer, ImageFacts

Ask = Callable[..., list[Answer]]
Images = dict[str, ImageFacts]


def warned(answers: list[Answer], images: Images) -> list[str]:
    return [one.name for one in confounds(answers, images) if one.warning]


def test_who_follows_quality_is_found_and_told_from_the_rest(draw: random.Random, ask: Ask, images: Images) -> None:
    def judge(one: str, other: str) -> str:
        better = max(one, other, key=lambda image: images[image].jpeg_quality or 0)
        return better if draw.random() < 0.6 else draw.choice((one, other))

    found = confounds(ask(judge), images)
    quality = found[0]
    assert isinstance(quality.estimate, Estimate)
    assert 0.74 < quality.estimate.value < 0.86  # 0.6 + 0.4 / 2
    assert quality.warning
    assert f"{quality.estimate.value:.0%}".replace("%", " %") in quality.warning
    assert f"{quality.estimate.count} pairs that differ" in quality.warning
    # Bytes per pixel follow quality and are chosen, too; held against quality they are worth nothing.
    odds = {one.name: one.together for one in found}
    assert (odds[quality.name] or quality.estimate).low > 2  # type: ignore[operator]
    size = odds["the image with more bytes per pixel"]
    assert size
    assert (size.low or 0) < 1.15


def test_who_follows_size_or_position_is_found(draw: random.Random, ask: Ask, images: Images) -> None:
    def larger(one: str, other: str) -> str:
        return max(one, other, key=lambda image: images[image].width * images[image].height)

    assert "the image with more pixels" in warned(ask(larger), images)
    assert warned(ask(lambda one, other: one if draw.random() < 0.7 else other), images) == [POSITION]


def test_no_warning_where_there_is_no_bias(draw: random.Random, ask: Ask, images: Images) -> None:
    taste = {image: draw.random() for image in images}
    assert warned(ask(lambda one, other: max(one, other, key=taste.__getitem__)), images) == []
    assert warned(ask(lambda one, other: draw.choice((one, other))), images) == []


def test_many_answers_about_one_pair_are_one_observation(images: Images) -> None:
    answers = [Answer(f"{n}", "c", ("image-000", "image-001"), "image-000") for n in range(500)]
    *properties, position = confounds(answers, images)
    assert all(isinstance(one.estimate, TooLittle) and one.estimate.count <= 1 for one in properties)
    assert position.warning


def test_nothing_and_ties_are_too_little(ask: Ask, images: Images) -> None:
    for answers in ([], ask(lambda one, other: None, 3)):
        assert all(isinstance(one.estimate, TooLittle) for one in confounds(answers, images))
