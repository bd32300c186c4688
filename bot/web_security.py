"""Who is asking, and how often they may: signed visitor tokens, and what is limited by whom."""

import hashlib
import ipaddress

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from bot.rates import Buckets
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
