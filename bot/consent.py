"""The terms: what is kept and why, in the person's language, before anything is kept."""

from bot import commands
from bot.turns import Action, Turn
from bot.wording import Wording
from feedback.records import Annotator, Campaign


def ask(said: Wording, annotator: Annotator, campaign: Campaign) -> Turn:
    """The terms in full; training models with it is a choice of its own, where the campaign wants it at all."""
    agreed_before = campaign.id in annotator.consents
    opening = (
        said.say("The terms have changed. Please read them once more.")
        if agreed_before
        else said.say(
            "Hello! Here you look at images and say what you think of them: in any language, in your own words."
        )
    )
    withdrawing = said.say(
        "You can leave at any time: write “{command}”, and everything of yours is erased, from every later export too.",
        command=commands.phrase("delete", said.locale),
    )
    paragraphs = [opening, campaign.consent_text or _terms(said), withdrawing]
    accept = f"consent:accept:{campaign.consent_version}"
    refuse = Action(id="consent:decline", label=said.say("No, thanks"))
    if campaign.training_use:
        paragraphs.append(
            said.say("One more choice: may your opinions also train models? You can take part either way.")
        )
        agree: tuple[Action, ...] = (
            Action(id=f"{accept}:training", label=said.say("I agree, training too"), style="primary"),
            Action(id=accept, label=said.say("I agree, but no training"), style="primary"),
        )
    else:
        agree = (Action(id=accept, label=said.say("I agree"), style="primary"),)
    return Turn(
        kind="consent", text="\n\n".join(paragraphs), locale=said.locale, dir=said.dir, actions=(*agree, refuse)
    )


def _terms(said: Wording) -> str:
    return "\n\n".join(
        (
            said.say(
                "What is kept: your words, your choices, how they were understood, and when. "
                "You appear under a code name, never under your own."
            ),
            said.say("Why: to make data about what people really like, for research and for better image tools."),
            said.say(
                "Who can see it: those who run this campaign, and those with whom they share or publish the data."
            ),
        )
    )
