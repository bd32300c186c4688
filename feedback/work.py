"""Units of work: an opinion that waits to be read, and the rules for handing it out."""

import bisect
import random
from dataclasses import dataclass, field

from feedback.records import Opinion

MAX_FAILURES = 5  # reported failures, after which an opinion is put aside
MAX_CLAIMS = 10  # hand-outs without an end (a worker that died), after which it is put aside
ALONE_AFTER = 2  # hand-outs without an end, after which an opinion is handed out alone: it may be what kills workers
BUCKETS = (24, 64, 160, 480, 1200)  # code points; texts of one batch are padded to the longest


@dataclass(frozen=True, slots=True)
class Claim:
    """An opinion handed to one worker until its lease ends; the token proves that the worker still holds it."""

    token: str
    attempts: int  # this one included
    opinion: Opinion
    images: int  # how many were shown
    history: dict[str, int] = field(default_factory=dict)  # languages of the person's opinions so far
    locale: str = "en"  # of the person's device: a weak hint


def bucket(text: str) -> int:
    """The length class of a text: only texts of one class share a batch."""
    return bisect.bisect_left(BUCKETS, len(text))


def delay(attempts: int) -> float:
    """Seconds until the next try: doubled each time, at most five minutes, spread so that retries do not meet."""
    return random.uniform(0.5, 1.0) * min(300.0, 2.0**attempts)
