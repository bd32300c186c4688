"""Ids that sort by the time they were made."""

import secrets
import time
import uuid


def new_id() -> str:
    """A UUID of version 7 (RFC 9562) as text; later ids sort later, to about a quarter of a microsecond."""
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    fraction = rest * 4096 // 1_000_000  # method 3 of the RFC: the first random bits carry more of the clock
    tail = secrets.randbits(62)
    return str(uuid.UUID(int=milliseconds << 80 | 7 << 76 | fraction << 64 | 2 << 62 | tail))
