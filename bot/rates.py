"""How often somebody may do something, on the web and on Discord."""

import time
from collections import OrderedDict
from collections.abc import Callable


class Buckets:
    """Token buckets, one a key: a full minute's tokens may be spent at once, then they trickle back.

    The keys used longest ago are forgotten first; they are the ones most likely full again.
    """

    def __init__(self, per_minute: int, *, keys: int = 100_000, clock: Callable[[], float] = time.monotonic) -> None:
        self._capacity = float(per_minute)
        self._rate = per_minute / 60
        self._keys = keys
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str, cost: float = 1.0) -> float:
        """Spend tokens and return 0.0; or spend nothing and return the seconds until there are enough."""
        now = self._clock()
        tokens, then = self._buckets.get(key, (self._capacity, now))
        tokens = min(self._capacity, tokens + (now - then) * self._rate)
        cost = min(cost, self._capacity)
        wait = max(0.0, (cost - tokens) / self._rate)
        self._buckets[key] = (tokens if wait else tokens - cost, now)
        self._buckets.move_to_end(key)
        while len(self._buckets) > self._keys:
            self._buckets.popitem(last=False)
        return wait
