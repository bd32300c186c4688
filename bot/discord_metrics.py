"""What is counted of Discord, beside `metrics.Metrics` and in its registry; no label says anything about a person."""

import re
import time
from collections import deque
from types import SimpleNamespace

import aiohttp
import structlog
from prometheus_client import Counter, Gauge, Histogram

from bot.metrics import Metrics

log = structlog.get_logger(__name__)

EPOCH = 1_420_070_400.0  # of the times in Discord's ids
_CALLBACK = re.compile(r"/interactions/(\d+)/[^/]+/callback")
UNACKNOWLEDGED = {10062, 40060}  # too late, or done by somebody else
MANY, WITHIN_SECONDS = 3, 60.0  # of those that are worth a warning
_LATENCIES = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 10.0)


class DiscordMetrics:
    """One process's figures."""

    def __init__(self, metrics: Metrics) -> None:
        registry = metrics.registry
        self.shared = metrics
        self.events = Counter("opine_discord_events", "Events of the gateway.", ("type",), registry=registry)
        self.acknowledged = Histogram(
            "opine_discord_acknowledgement_seconds",
            "From the moment when somebody did something until Discord had our acknowledgement; 3 s are allowed.",
            buckets=_LATENCIES,
            registry=registry,
        )
        self.rate_limited = Counter("opine_discord_rate_limited", "Requests answered with 429.", registry=registry)
        self.refused = Counter(
            "opine_discord_refused", "Requests that Discord refused, by its code.", ("code",), registry=registry
        )
        self.delivery_age = Gauge(
            "opine_discord_delivery_age_seconds",
            "How long the oldest answer that is ready has been on its way to the person.",
            registry=registry,
        )
        self.failed = Counter("opine_discord_failures", "Handlers that failed.", registry=registry)
        self._unacknowledged = deque[float](maxlen=MANY)
        self.restarts = Counter("opine_discord_restarts", "Clients that were replaced.", registry=registry)

    def refuse(self, code: int) -> None:
        """Count what Discord refused; acknowledgements refused one after the other have a cause that one can mend."""
        self.refused.labels(code).inc()
        if code not in UNACKNOWLEDGED:
            return
        now = time.monotonic()
        self._unacknowledged.append(now)
        if len(self._unacknowledged) == MANY and now - self._unacknowledged[0] < WITHIN_SECONDS:
            self._unacknowledged.clear()
            log.warning(
                "acknowledgements came late or twice",
                code=code,
                reason="another process may use the same token and shards; else this one is overloaded",
            )

    def trace(self) -> aiohttp.TraceConfig:
        """Watches the requests of a client: discord.py repeats those that met a 429 without telling anybody."""
        trace = aiohttp.TraceConfig()
        trace.on_request_end.append(self._ended)
        return trace

    async def _ended(
        self, session: aiohttp.ClientSession, context: SimpleNamespace, ended: aiohttp.TraceRequestEndParams
    ) -> None:
        if ended.response.status == 429:
            self.rate_limited.inc()
        elif ended.response.status < 300 and (callback := _CALLBACK.search(ended.url.path)):
            self.acknowledged.observe(max(0.0, time.time() - EPOCH - (int(callback[1]) >> 22) / 1000))
