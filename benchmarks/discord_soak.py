"""Many people on Discord talk with the bot while it reads what they say: does it answer in time, and stay small?

`opine discord` (SQLite, the bundled reader) is a process; the local Discord of the tests and its people are another.
They agree to the terms, choose, say why in their language, correct what was understood, and go on without a pause. The
peer is a bot of discord.py alone that only acknowledges: half of its part comes before, half after. CPU and resident
memory are those of the bot's process, the reader's included.

    python benchmarks/discord_soak.py [--people 2000] [--interactions 20000] [--minutes 60]
"""

import argparse
import asyncio
import itertools
import os
import random
import re
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

sys.path[:0] = [str(Path(__file__).parent.parent / "tests" / part) for part in ("discord", "")]

from bot_process import BotProcess  # noqa: E402
from fake_discord import FakeDiscord, Interaction, Message  # noqa: E402
from fake_discord.people import Person  # noqa: E402

AT_ONCE = 24  # people who are talking at any moment
PEER = 0.2  # so much of the load the peer gets
READ_SECONDS = 120.0
SHARES = {"acknowledged: median": 0.5, "99 of 100": 0.99}
READ = "SELECT count(*) FROM readings"
WORDS = {
    "en-US": ("B, the light is softer, but the hands look terrible", "A looks more natural, though a bit too dark"),
    "es-ES": ("B, la luz es más suave, pero las manos dan miedo 😬", "me quedo con A por los colores, la otra sosa"),
    "fr": ("A, les couleurs sont magnifiques, mais le visage fait peur", "B est floue et le fond est laid"),
    "de": ("B gefällt mir besser, weil der Himmel so schön blau ist", "A, aber die Schatten sind zu hart"),
    "pt-BR": ("A é linda, B ficou escura demais", "prefiro B, o céu está tão azul"),
    "ru": ("B, свет мягче, но руки страшные", "A красивее, цвета тёплые"),
    "ja": ("Bの方が光が柔らかくて好き、でも手が怖い", "Aの色がきれいです"),
    "ko": ("B가 빛이 더 부드러워서 좋아요", "A는 색이 예쁘지만 얼굴이 이상해요"),
    "zh-CN": ("B更好看,光线柔和,就是手很奇怪", "A的颜色太暗了"),
    "hi": ("B में रोशनी ज़्यादा नरम है, पर हाथ डरावने हैं", "A के रंग बहुत सुंदर हैं"),
    "tr": ("B daha güzel, ışık yumuşak ama eller korkunç", "A çok karanlık olmuş"),
    "vi": ("B đẹp hơn vì ánh sáng dịu, nhưng bàn tay nhìn sợ quá", "A màu sắc rất ấm áp"),
}
Talk = Callable[[Person, str], AsyncGenerator[Interaction, None]]


class Plan(NamedTuple):
    """The load; whichever bound is reached first ends it."""

    people: int
    interactions: int
    minutes: float

    def part(self, share: float) -> "Plan":
        return Plan(max(1, int(self.people * share)), max(4, int(self.interactions * share)), self.minutes * share)


@dataclass
class Run:
    """What was measured of one bot; seconds, MB."""

    people: int = 0
    latencies: list[float] = field(default_factory=list)
    missed: int = 0
    violations: int = 0
    failed: list[str] = field(default_factory=list)  # people whose talk broke off
    seconds: float = 0.0
    cpu: float = 0.0
    memory: list[float] = field(default_factory=list)  # at the start, and after each quarter

    def figures(self) -> dict[str, str]:
        ordered, count = sorted(self.latencies), len(self.latencies)
        return {
            "people": f"{self.people:,}",
            "interactions": f"{count:,}",
            "interactions a second": f"{count / self.seconds:.1f}",
            **{f"{name}, ms": f"{ordered[int(count * share)] * 1000:.0f}" for name, share in SHARES.items()},
            "slowest, ms": f"{ordered[-1] * 1000:.0f}",
            "missed": str(self.missed),
            "violations": str(self.violations),
            "CPU for one interaction, ms": f"{self.cpu / count * 1000:.1f}",
            "resident at the start and after each quarter, MB": " ".join(f"{size:.0f}" for size in self.memory),
        }


class Peer(BotProcess):
    """The least that Discord accepts, by the same library and event loop."""

    def __init__(self, discord: FakeDiscord, data: Path) -> None:
        super().__init__(discord, data)
        self._command = [sys.executable, __file__, "--peer", discord.token, discord.api_url, discord.gateway_url]


def serve_peer(token: str, api: str, gateway: str) -> None:
    """The peer's side."""
    import discord
    import uvloop
    import yarl
    from discord import app_commands

    discord.http.Route.BASE = api
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway)

    class Client(discord.Client):
        async def setup_hook(self) -> None:
            await tree.sync()

    client = Client(intents=discord.Intents(guilds=True), allowed_mentions=discord.AllowedMentions.none())
    tree = app_commands.CommandTree(client)

    @tree.command(description="Compare")
    async def compare(interaction: discord.Interaction) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)

    uvloop.run(client.start(token))


async def ask(person: Person, locale: str) -> AsyncGenerator[Interaction, None]:
    """All that the peer is good for."""
    while True:
        asked = person.slash("compare")
        await asked.acknowledged()
        yield asked


async def converse(person: Person, locale: str) -> AsyncGenerator[Interaction, None]:
    """From the terms on, comparison after comparison; every second opinion is corrected once it has been read."""
    sayings = itertools.cycle(WORDS[locale])
    asked = person.slash("compare")
    terms = await asked.answer()
    yield asked
    step = person.press(terms, "consent:accept")
    while (shown := await step.answer()).images:
        yield step
        if "B" in shown.labels:
            chosen = person.press(shown, random.choice("AB"))
            await chosen.answer()
            yield chosen
        opened = await person.press(shown, "why:").acknowledged()
        yield opened
        said = person.submit(opened, next(sayings))
        receipt = await said.answer()
        told = receipt.text
        yield said
        if random.random() < 0.5:
            async with aclosing(correct(person, said, receipt, told)) as steps:
                async for step in steps:
                    yield step
        step = person.press(receipt, "next@")


async def correct(person: Person, said: Interaction, receipt: Message, told: str) -> AsyncGenerator[Interaction, None]:
    """Wait until it has been read, then turn the first judgement round."""
    await said.changed.until(lambda: receipt.text != told, READ_SECONDS, "a reading")
    for wanted in ("fix:", "edit:", "polarity:"):
        found = [button["custom_id"] for button in receipt.buttons if button["custom_id"].startswith(wanted)]
        if not found:  # nothing was understood
            return
        step = person.press(receipt, found[0])
        await step.answer()
        yield step


async def load(bot: BotProcess, talk: Talk, name: str, plan: Plan, run: Run) -> None:
    """Let them talk, AT_ONCE at a time, until there were so many interactions or the time is over."""
    people, interactions, minutes = plan
    discord, quarters = bot.discord, [interactions * quarter // 4 for quarter in range(1, 5)]
    waiting = iter(range(people))
    done, began, cpu = 0, time.monotonic(), used(bot)
    run.memory = [resident(bot)]

    async def visit(number: int) -> None:
        nonlocal done
        locale = list(WORDS)[number % len(WORDS)]
        person = discord.person(f"P{number}", locale=locale)
        budget = interactions // people + (number < interactions % people)
        async with aclosing(talk(person, locale)) as steps:
            async for step in steps:
                done += 1
                progress.advance(task)
                forget(discord, step)
                if quarters and done >= quarters[0]:
                    quarters.pop(0)
                    run.memory.append(resident(bot))
                budget -= 1
                if not budget or time.monotonic() - began > 60 * minutes:
                    return

    async def place() -> None:
        for number in waiting:
            if time.monotonic() - began > 60 * minutes:
                return
            run.people += 1
            try:
                await visit(number)
            except AssertionError as error:
                run.failed.append(str(error))

    with bar() as progress:
        task = progress.add_task(name, total=interactions)
        await asyncio.gather(*(place() for _ in range(AT_ONCE)))
    run.seconds += time.monotonic() - began
    run.cpu += used(bot) - cpu
    run.latencies += discord.latencies
    run.missed += len(discord.missed)
    run.violations += len(discord.violations)


def forget(discord: FakeDiscord, done: Interaction) -> None:
    """Throw away the pictures that somebody has seen: this side need not grow by gigabytes."""
    if done.original is not None:
        for file in done.original.attachments:
            discord.world.files.pop(file.id, None)
        done.original.attachments.clear()


def resident(bot: BotProcess) -> float:
    """Resident memory in MB."""
    return int(re.findall(r"VmRSS:\s+(\d+)", Path(f"/proc/{bot.process.pid}/status").read_text())[0]) / 1000


def used(bot: BotProcess) -> float:
    """Seconds of CPU until now, of all its threads."""
    fields = Path(f"/proc/{bot.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True))


async def measure_peer(folder: Path, plan: Plan, run: Run) -> None:
    async with FakeDiscord() as discord:
        bot = Peer(discord, folder)
        await bot.start()
        await load(bot, ask, "discord.py alone", plan, run)
        await bot.kill()


async def measure_opine(folder: Path, plan: Plan, run: Run) -> str:
    """What became of the opinions, in a sentence."""
    async with FakeDiscord() as discord:
        bot = BotProcess(discord, folder)
        await bot.start()
        while "reader ready" not in bot.logged:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        await load(bot, converse, "opine discord", plan, run)
        (read,) = bot.stored(READ)
        rate, began = read / run.seconds, time.monotonic()
        (kept,) = bot.stored("SELECT count(*) FROM opinions")
        while bot.stored(READ) != [kept] and time.monotonic() - began < READ_SECONDS:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        rest = f"the last {kept - read} in {time.monotonic() - began:.1f} s after it"
        sent = sum(one.kind == 5 and one.acknowledged_at is not None for one in discord.world.interactions.values())
        await bot.stop()
        errors = bot.logged.count("[error")
        return (
            f"{sent} opinions sent, {kept} stored; {rate:.1f} read a second under load, {rest}; {errors} errors logged"
        )


async def compare(plan: Plan) -> None:
    """Run both and print the table."""
    opine, peer = Run(), Run()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        await measure_peer(folder / "peer", plan.part(PEER / 2), peer)
        before = os.getloadavg()[0]
        said = await measure_opine(folder / "opine", plan, opine)
        after = os.getloadavg()[0]
        await measure_peer(folder / "peer", plan.part(PEER / 2), peer)
    table = Table(f"{AT_ONCE} people at once", "opine discord", "discord.py, only defers")
    beside = peer.figures()
    for name, figure in opine.figures().items():
        table.add_row(name, figure, beside[name])
    Console(width=120).print(table)
    print(f"{said}; {os.cpu_count()} cores, load {before:.1f} before and {after:.1f} after")
    for failure in opine.failed[:5]:
        print(f"broke off ({len(opine.failed)} in all): {failure}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--interactions", type=int, default=20_000)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--peer", nargs=3, metavar=("TOKEN", "API", "GATEWAY"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.peer:
        serve_peer(*arguments.peer)
    else:
        asyncio.run(compare(Plan(arguments.people, arguments.interactions, arguments.minutes)))


if __name__ == "__main__":
    main()
