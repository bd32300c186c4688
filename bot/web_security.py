"""Who is asking and how often: signed visitor tokens, operators' keys, token buckets."""

import hashlib
import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from bot.settings import Settings


class VisitorTokens:
    """Tokens that say who a visitor is, signed, good for a number of days; nothing about them is stored."""

    def __init__(self, secret: str, days: int) -> None:
        self._serializer = URLSafeTimedSerializer(
            secret, salt="opine.visitor", signer_kwargs={"digest_method": hashlib.sha256}
        )
        self._seconds = days * 86_400

    def issue(self, annotator_id: str) -> str:
        """A new token."""
        return self._serializer.dumps(annotator_id)

    def find(self, token: str) -> str | None:
        """The annotator's id; None where the token is forged, damaged or expired."""
        try:
            annotator_id = self._serializer.loads(token, max_age=self._seconds)
        except (BadSignature, SignatureExpired, UnicodeError):
            return None
        return annotator_id if isinstance(annotator_id, str) else None


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


class Limits:
    """How much one visitor, one address and one embedding site may ask of the server."""

    def __init__(self, settings: Settings) -> None:
        self.visitors = Buckets(settings.opinions_per_minute)
        self.addresses = Buckets(settings.requests_per_minute)
        self.sites = Buckets(settings.site_requests_per_minute)


def network(address: str | None) -> str:
    """The key by which an address is limited: an IPv6 customer has a whole /64 to choose from."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
