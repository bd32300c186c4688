"""The ids of buttons and modals: what to do, in which campaign, and what comes with it, in Discord's 100 characters.

Everything that a press needs is in its id, so that buttons outlive the process that drew them.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import NamedTuple
from uuid import UUID

MAX = 100
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_PACKED = re.compile(r"~([A-Za-z0-9_-]{22})")


class Pressed(NamedTuple):
    """An action of the conversation or of Discord's own, the campaign it is about, and what goes with it."""

    action: str
    campaign_id: str = ""
    rest: str = ""

    @property
    def verb(self) -> str:
        """The action without what it is done to."""
        return self.action.partition(":")[0]

    @property
    def subject(self) -> str:
        """What it is done to first: a showing, an opinion, a message; or nothing."""
        return self.action.partition(":")[2].partition(":")[0]


def encode(pressed: Pressed) -> str:
    """The custom_id; ids of the store take 23 characters in it instead of 36.

    >>> encode(Pressed("skip:01998c5e-0d2c-7aa0-8f00-000000000001"))
    'skip:~AZmMXg0seqCPAAAAAAAAAQ'
    """
    text = pressed.action
    text += f"@{pressed.campaign_id}" if pressed.campaign_id else ""
    text += f"#{pressed.rest}" if pressed.rest else ""
    packed = _UUID.sub(lambda found: "~" + urlsafe_b64encode(UUID(found[0]).bytes).decode()[:22], text)
    if len(packed) > MAX:
        raise ValueError(f"the id {packed!r} has {len(packed)} characters; Discord takes {MAX}")
    return packed


def decode(custom_id: str) -> Pressed:
    """The reverse; what is none of ours comes back as an action that nobody knows.

    >>> decode("consent:accept:1@~AZmMXg0seqCPAAAAAAAAAQ#ar").rest
    'ar'
    """
    text = _PACKED.sub(lambda found: str(UUID(bytes=urlsafe_b64decode(found[1] + "=="))), custom_id)
    rest_of, _, rest = text.partition("#")
    action, _, campaign_id = rest_of.partition("@")
    return Pressed(action, campaign_id, rest)
