"""Messages that a comparison belongs to, and each person's own showing of it."""

from bot import replies
from bot.discord_parts import Parts
from bot.turns import Turn
from bot.wording import wording
from feedback.errors import Conflict, NotFound
from feedback.records import Annotator, Showing


async def showing_of(parts: Parts, person: Annotator, message_id: int) -> Showing | None:
    """The person's own showing of what a message shows, images in the order as posted.

    None where they saw the same images in another order before: letters would mean other images. NotFound where the
    message shows nothing that is known.
    """
    post = await parts.store.find_post(message_id)
    if post is None:
        raise NotFound(f"no comparison belongs to message {message_id}")
    showing = await parts.store.find_showing(person.id, post.comparison_id)
    if showing is None:
        try:
            return await parts.store.show(person.id, post.comparison_id, post.image_ids)
        except Conflict:  # pressed twice at once
            showing = await parts.store.find_showing(person.id, post.comparison_id)
    return showing if showing and tuple(image.id for image in showing.images) == post.image_ids else None


def seen_otherwise(locale: str) -> Turn:
    """Said instead of an answer that would be about the wrong image."""
    said = wording(locale)
    text = said.say("You have seen these images before, in another order. Let's look at others.")
    return replies.turn(said, "notice", text, replies.go_on(said))


def not_for_you(locale: str) -> Turn:
    """Said to those without the role that an operator asks for."""
    said = wording(locale)
    return replies.turn(said, "error", said.say("Here, only people with a certain role may answer."))


def gone(locale: str) -> Turn:
    """Said of a button or message that nothing is known about (any more)."""
    said = wording(locale)
    return replies.failure(said, "stale", replies.go_on(said))
