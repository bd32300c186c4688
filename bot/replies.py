"""The turns themselves, as pure functions of what is known: no store, no waiting."""

from bot import commands
from bot.corrections import aspect_menu, edit_menu, label_menu
from bot.names import error
from bot.questions import find_vague_color, shade_actions, target_actions
from bot.summary import describe, describe_label, judges_nothing
from bot.turns import Action, Question, Turn, TurnKind
from bot.wording import Wording
from feedback.colors import Shade
from feedback.records import LETTERS, Campaign, Critique, Label, Preference, Showing


def turn(said: Wording, kind: TurnKind, text: str, *actions: Action, critique: Critique | None = None) -> Turn:
    """A turn in this language."""
    return Turn(kind=kind, text=text, locale=said.locale, dir=said.dir, actions=actions, critique=critique)


def go_on(said: Wording) -> Action:
    """The button that leads to the next comparison."""
    return Action(id="next", label=said.say("Next"), style="primary")


def comparison(said: Wording, campaign: Campaign, showing: Showing) -> Turn:
    """Images to judge, and the question about them."""
    default = {
        "single": said.say("What do you think of this image? Any language is fine."),
        "pair": said.say("Which one do you prefer, and why? Any language is fine."),
        "set": said.say("Which one do you like best, and why? Any language is fine."),
    }[showing.kind]
    skip = Action(id=f"skip:{showing.id}", label=said.say("Skip"))
    asked = turn(said, "comparison", campaign.question or default, *_choices(said, showing), skip)
    return asked.model_copy(update={"showing": showing})


def failure(said: Wording, key: str, *actions: Action, **values: object) -> Turn:
    """One of `names.ERRORS` as a turn."""
    return turn(said, "error", error(said.locale, key, **values), *actions)


def received(said: Wording) -> Turn:
    """The receipt: the opinion is on the disk, and nobody has read it yet."""
    return turn(said, "received", said.say("Received. Reading it now …"), go_on(said))


def unread(said: Wording, critique: Critique) -> Turn:
    """The reader gave up for now."""
    text = said.say("Your opinion is safe, but it could not be read yet. There is nothing you need to do.")
    return turn(said, "notice", text, go_on(said), critique=critique)


def all_seen(said: Wording) -> Turn:
    """The comparisons have run out."""
    return turn(said, "notice", said.say("You have seen everything there is for now. Thank you very much!"))


def chosen(said: Wording, preference: Preference, *, explained: bool) -> Turn:
    """A click is kept; the reasons are what is still missing, unless they were given."""
    tie = preference.choice == "tie"
    text = said.say("Noted: no difference.") if tie else said.say("Noted: you prefer {image}.", image=preference.choice)
    if not explained:
        text += " " + said.say("What made you decide? A few words are enough.")
    return turn(said, "notice", text, go_on(said))


def understood(said: Wording, critique: Critique, *, nudge: bool) -> Turn:
    """Thanks, and what was understood; a message that judges nothing gets a nudge at most."""
    if judges_nothing(critique):
        text = said.say("Thanks! I found no opinion about the image there. What do you like, what bothers you?")
        return turn(said, "understood", text if nudge else said.say("Thank you!"), go_on(said), critique=critique)
    text = said.say("Thank you!") + "\n\n" + describe(said, critique)
    return turn(said, "understood", text.strip(), *_review(said, critique), go_on(said), critique=critique)


def corrected(said: Wording, critique: Critique) -> Turn:
    """A correction is kept; this is how the opinion stands now."""
    text = said.say("Thanks, noted.") + "\n\n" + describe(said, critique)
    return turn(said, "understood", text.strip(), *_review(said, critique)[1:], go_on(said), critique=critique)


def ask(said: Wording, critique: Critique, question: Question, palette: tuple[Shade, ...] = ()) -> Turn:
    """The question that `find_question` found, in words and with its buttons."""
    label = next((label for label in critique.labels if label.id == question.label_id), None)
    if label is None:
        asked = _ask_preference(said, critique)
    elif question.kind == "shade" and (mention := find_vague_color(label, critique)):
        text = said.say("{label}: which shade comes closest?", label=describe_label(said, label))
        asked = turn(said, "question", text, *shade_actions(said, critique, label, mention, palette))
    else:
        text = said.say("{label}: which image is that about?", label=describe_label(said, label))
        asked = turn(said, "question", text, *target_actions(said, critique, label))
    return asked.model_copy(update={"question": question, "critique": critique})


def fix_menu(said: Wording, critique: Critique) -> Turn:
    """What should be corrected?"""
    text = said.say("What should I correct?")
    return turn(said, "edit", text, *label_menu(said, critique), critique=critique)


def edit(said: Wording, critique: Critique, label: Label) -> Turn:
    """What is wrong with this label?"""
    text = said.say("{label}: what is right?", label=describe_label(said, label))
    return turn(said, "edit", text, *edit_menu(said, critique, label), critique=critique)


def aspects(said: Wording, critique: Critique, label: Label) -> Turn:
    """What is this label about?"""
    text = said.say("{label}: what is it about?", label=describe_label(said, label))
    return turn(said, "edit", text, *aspect_menu(said, critique, label), critique=critique)


def help_text(said: Wording) -> Turn:
    """What one can do here."""
    phrases = {command: commands.phrase(command, said.locale) for command in commands.COMMANDS}
    paragraphs = (
        said.say("Say what you think of the images, in any language, as short as you like. Reasons help most."),
        said.say("Whatever I understand wrongly, you can correct or remove."),
        said.say(
            "You can also write: “{skip}” or “{next}”; “{export}” to get everything kept about you; "
            "“{delete}” to erase it; “{stop}” to finish.",
            **phrases,
        ),
    )
    return turn(said, "help", "\n\n".join(paragraphs), go_on(said))


def confirm_delete(said: Wording) -> Turn:
    """Erasing cannot be undone, so it is asked about first."""
    yes = Action(id="delete:confirm", label=said.say("Yes, erase everything"), style="danger")
    no = Action(id="delete:cancel", label=said.say("No, keep it"))
    text = said.say("Erase all that is yours for good: opinions, choices and corrections?")
    return turn(said, "confirm_delete", text, yes, no)


def deleted(said: Wording, opinions: int) -> Turn:
    """Nothing of theirs is left."""
    text = said.say_many(
        "Done. {count} opinion and everything else of yours is erased.",
        "Done. {count} opinions and everything else of yours are erased.",
        opinions,
    )
    return turn(said, "deleted", text)


def _choices(said: Wording, showing: Showing) -> tuple[Action, ...]:
    if showing.kind == "single":
        return ()
    letters = LETTERS[: len(showing.images)]
    tie = Action(id=f"choose:{showing.id}:tie", label=said.say("No difference"))
    return (*(Action(id=f"choose:{showing.id}:{x}", label=x, style="primary") for x in letters), tie)


def _review(said: Wording, critique: Critique) -> tuple[Action, ...]:
    opinion_id = critique.opinion.id
    return (
        Action(id=f"confirm:{opinion_id}", label=said.say("That's right")),
        Action(id=f"fix:{opinion_id}", label=said.say("Correct it")),
    )


def _ask_preference(said: Wording, critique: Critique) -> Turn:
    """A click and the words disagree."""
    clicked = critique.preference.choice
    written = critique.reading.preference.choice if critique.reading else None
    names: dict[str | None, str] = {
        choice: said.say("No difference") if choice == "tie" else choice for choice in (clicked, written) if choice
    }
    text = said.say(
        "You pressed {clicked}, but I read {written} in your words. Which is it?",
        clicked=names.get(clicked, ""),
        written=names.get(written, ""),
    )
    prefix = f"settle:{critique.opinion.id}"
    return turn(said, "question", text, *(Action(id=f"{prefix}:{x}", label=name) for x, name in names.items()))
