"""What a reward must be better than: ways to put images in order that look at no image."""

from collections import Counter
from collections.abc import Iterator

import numpy as np

from feedback.reward.accuracy import Figures, order
from feedback.reward.answers import Answers, Remarks
from feedback.reward.choices import Floats


def by_length(answers: Answers, remarks: Remarks) -> Figures:
    """The image of which other people said more: code points of evidence in all their labels about it.

    Where preferences are about texts, the baseline takes the longer one (Singhal et al. 2023, arXiv:2310.03716). An
    image has no length, but what is said of it has. The words of the person who answers are left out: they tell the
    answer. Images of which equally much was said count half.
    """
    said, own = Counter[int](), Counter[tuple[int, int]]()
    for person, image, length in _lengths(remarks):
        said[image] += length
        own[person, image] += length
    people, images = answers.annotator.tolist(), answers.images.tolist()
    rows = [[said[image] - own[person, image] for image in shown] for person, shown in zip(people, images, strict=True)]
    return _figures(answers, np.array(rows, float).reshape(-1, answers.images.shape[1]))


def by_position(answers: Answers) -> Figures:
    """The image shown further to the front."""
    return _figures(answers, -np.broadcast_to(np.arange(answers.images.shape[1], dtype=float), answers.images.shape))


def _lengths(remarks: Remarks) -> Iterator[tuple[int, int, int]]:
    for person, images, length in zip(
        remarks.annotator.tolist(), remarks.targets.tolist(), remarks.length.tolist(), strict=True
    ):
        yield from ((person, image, length) for image in images if image >= 0)


def _figures(answers: Answers, utilities: Floats) -> Figures:
    return order(np.where(answers.images < 0, np.nan, utilities), answers.choice, answers.images)
