"""Who may be known, and what may be done with what they say."""

import hashlib
import hmac

from feedback.records import Annotator, Campaign, Channel


def pseudonym(secret: str, channel: Channel, user_id: str) -> str:
    """The keyed hash (HMAC-SHA256, 128 bits of it) under which a person is known.

    Without the secret nobody can find out whether a certain user took part; a changed secret makes strangers of all.
    """
    if not secret:
        raise ValueError("the secret is empty; set one, or pseudonyms could be guessed")
    return hmac.new(secret.encode(), f"{channel}:{user_id}".encode(), hashlib.sha256).hexdigest()[:32]


def has_consented(annotator: Annotator, campaign: Campaign) -> bool:
    """Whether the person agreed to this campaign's terms as they stand now; newer ones are asked about again."""
    return annotator.consents.get(campaign.id, -1) >= campaign.consent_version


def may_train(annotator: Annotator, campaign: Campaign) -> bool:
    """Whether what the person says in the campaign may train models; both must allow it."""
    return annotator.training_use and campaign.training_use
