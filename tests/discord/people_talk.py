"""What people do on Discord again and again, in a sentence each."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from typing import Any

from bot_process import BotProcess
from fake_discord import Interaction, Message
from fake_discord.people import Person


async def agree(person: Person, asked: Interaction) -> Message:
    """Read the terms that a command is answered with, agree, and see what comes then."""
    terms = await asked.answer()
    return await person.press(terms, "consent:accept").answer()


async def compare(person: Person) -> Message:
    """A stranger's way to two pictures."""
    return await agree(person, person.slash("compare"))


async def say_why(person: Person, shown: Message, words: str) -> Message:
    """Write into the window of "say why"; the receipt."""
    opened = await person.press(shown, "why:").acknowledged()
    return await person.submit(opened, words).answer()


async def answered(person: Person, note: Message) -> Message:
    """The reply to a direct message."""
    return await person.reads(lambda message: message.reply_to == note.id, person.direct, within=120)


async def settled(person: Person, receipt: Message) -> Message:
    """The receipt, once it has become something else."""
    return await person.reads(lambda message: message is receipt and "Reading it now" not in message.text, within=120)


async def understood(person: Person, receipt: Message) -> Message:
    """The receipt, once it has become what was understood."""
    return await person.reads(lambda message: message is receipt and "> " in message.text, within=60)


async def killed_meanwhile(
    bot: BotProcess, talks: Iterable[Coroutine[Any, Any, None]], done: Callable[[], bool], later: float
) -> None:
    """The bot, killed so many seconds after something is done, while all these talk."""
    talking = [asyncio.create_task(talk) for talk in talks]
    while not done():
        assert not all(task.done() for task in talking), f"all talks ended: {talking[0]}"
        await asyncio.sleep(0.01)
    await asyncio.sleep(later)
    await bot.kill()
    for task in talking:
        task.cancel()
    await asyncio.gather(*talking, return_exceptions=True)
