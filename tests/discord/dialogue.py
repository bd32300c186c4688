"""Draws docs/images/discord.png from what the shipped bot really sends: python tests/discord/dialogue.py [FILE]."""

import asyncio
import re
import shutil
import sys
import tempfile
from html import escape
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))  # where `fake_discord` is

from bot_process import BotProcess
from fake_discord import FakeDiscord, Message
from fake_discord.people import Person
from people_talk import understood
from playwright.async_api import async_playwright

from bot.discord_ids import decode

IMAGE = Path(__file__).parents[2] / "docs" / "images" / "discord.png"
STYLE = Path(__file__).with_suffix(".css")
WORDS = "Prefiero la B: la luz es preciosa, aunque tanto azul me da frío"
ABOUT = {"original", "teal-sky"}  # which two versions of a photograph
VARIANTS = (
    "SELECT generator FROM showings JOIN comparison_images USING (comparison_id) "
    "JOIN images ON image_id = images.id WHERE showings.id = ?"
)
STYLES = {1: "primary", 2: "plain", 4: "danger"}
ISOLATES = re.compile("[\u2066-\u2069]")  # the page isolates by `dir`
MARKUP = re.compile(r"\\(.)|\*\*|^-# (.*)$|^&gt; (.*)$", re.MULTILINE)


async def main(file: Path) -> None:
    """One person's way from the command to an answer to what the bot asks back."""
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("the picture needs Chromium: apt-get install chromium")
    with tempfile.TemporaryDirectory() as folder:
        async with FakeDiscord() as discord, async_playwright() as playwright:
            bot = BotProcess(discord, Path(folder) / "data", fresh=True)
            await bot.start()
            try:
                page = await talk(discord, bot)
                browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
                tab = await browser.new_page(viewport={"width": 1120, "height": 400})
                await tab.set_content(page, wait_until="load")
                await tab.screenshot(path=file, full_page=True)
                await browser.close()
            finally:
                await bot.stop()
            if discord.violations or discord.missed:
                sys.exit(f"Discord would have refused something: {discord.violations} {discord.missed}")


async def talk(discord: FakeDiscord, bot: BotProcess) -> str:
    """The page, drawn step by step: a message that is replaced later is drawn as it was."""
    ana = discord.person("Ana", locale="es-ES")
    terms = await ana.slash("comparar").answer()
    left = [f'<div class="asked"><b>Ana</b> ha usado <b>/comparar</b></div>{message(terms, "Acepto")}']
    shown = await find_pair(ana, bot, await ana.press(terms, "Acepto").answer())
    left.append(message(shown, "Decir por qué"))
    opened = await ana.press(shown, "Decir por qué").acknowledged()
    answer = await understood(ana, await ana.submit(opened, WORDS).answer())
    shade = [button["label"] for button in answer.buttons if button["custom_id"].startswith("shade:")][1]
    right = [window(opened.modal or {}, WORDS), message(answer, shade)]
    right.append(message(await ana.press(answer, shade).answer()))
    columns = "".join(f"<section>{''.join(parts)}</section>" for parts in (left, right))
    return f'<!doctype html><html lang="es"><style>{STYLE.read_text("utf-8")}</style><body>{columns}</body></html>'


async def find_pair(person: Person, bot: BotProcess, shown: Message) -> Message:
    """Skip until the pair that the words are about."""
    while True:
        [why] = [button["custom_id"] for button in shown.buttons if button["custom_id"].startswith("why:")]
        if set(bot.stored(VARIANTS, decode(why).subject)) == ABOUT:
            return shown
        shown = await person.press(shown, "skip:").answer()


def message(sent: Message, pressed: str = "") -> str:
    """A message of the bot; the button that is pressed next has a ring."""
    parts = "".join(component(part, pressed) for part in sent.components)
    only = "" if sent.seen_by is None else '<div class="only">Solo tú puedes ver este mensaje</div>'
    return (
        '<div class="message"><div class="face">O</div><div class="name">Opine<small>APP</small></div>'
        f'<div class="body">{parts}{only}</div></div>'
    )


def window(modal: dict[str, Any], typed: str) -> str:
    """A window for words, with what is typed into it."""
    fields = "".join(
        f'<label>{escape(part["label"])}</label><div class="field">{escape(typed)}</div>'
        for part in modal["components"]
    )
    send = '<div class="row"><span class="button primary">Enviar</span></div>'
    return f'<div class="window"><h2>{escape(modal["title"])}</h2>{fields}{send}</div>'


def component(part: dict[str, Any], pressed: str) -> str:
    """One component as HTML; KeyError for a kind that this dialogue does not have."""
    return {1: row, 2: button, 10: text, 12: gallery, 14: lambda *_: "<hr>"}[part["type"]](part, pressed)


def row(part: dict[str, Any], pressed: str) -> str:
    return f'<div class="row">{"".join(component(inner, pressed) for inner in part["components"])}</div>'


def button(part: dict[str, Any], pressed: str) -> str:
    ring = " pressed" if part["label"] == pressed else ""
    return f'<span class="button {STYLES[part["style"]]}{ring}">{escape(part["label"])}</span>'


def gallery(part: dict[str, Any], pressed: str) -> str:
    images = [f'<img src="{escape(item["media"]["url"])}" alt="">' for item in part["items"]]
    return f'<div class="gallery {"one" if len(images) == 1 else "many"}">{"".join(images)}</div>'


def text(part: dict[str, Any], pressed: str) -> str:
    """Discord's Markdown, as far as the bot uses it: bold, small print, quotations, backslashes."""
    plain = escape(ISOLATES.sub("", part["content"]), quote=False)
    return f'<div class="text" dir="auto">{marked(plain)}</div>'


def marked(plain: str) -> str:
    is_open = False

    def drawn(found: re.Match[str]) -> str:
        nonlocal is_open
        if found[0] == "**":
            is_open = not is_open
            return "<b>" if is_open else "</b>"
        if found[2] is not None:
            return f"<small>{marked(found[2])}</small>"
        if found[3] is not None:
            return f"<blockquote>{marked(found[3])}</blockquote>"
        return found[1]

    return MARKUP.sub(drawn, plain)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]) if len(sys.argv) > 1 else IMAGE))
