"""Whatever people write, no request breaks a limit, pings anybody or is drawn as anything but text."""

import random

import pytest
from bot_process import BotProcess
from fake_discord import FakeDiscord, Message, markup
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from people_talk import agree, say_why, settled

pytestmark = pytest.mark.asyncio(loop_scope="module")

MARKUP = (
    *("@everyone", "<@1>", "<@&2>", "<#3>", "</compare:4>", "<t:0:R>", "<a:x1:5>", "https://example.org", "<id:guide>"),
    *("**", "__", "~~", "||", "`", "```", "\\", "# ", "> ", "- ", "1. ", "-# ", "[x](https://y.zz)", "discord.gg/x"),
)
NASTY = (
    *("\u202e", "\u2067", "\u200d", "\ufeff", "\0", "\u0301" * 40, "\t", "\n", "\u2028", "\xa0", "ﷺ", "𝔅", "𒐫"),
    *("👩\u200d👩\u200d👧\u200d👦", "🏳\ufe0f\u200d🌈"),
)
WORDS = ("B, the light is soft", "A", "las manos dan miedo", "色が好き", "الضوء جميل", "so blue")
ALL = list(HealthCheck)
PARTS = st.sampled_from((*MARKUP, *NASTY, *WORDS)) | st.text(max_size=20)
TEXTS = st.lists(PARTS, min_size=1, max_size=60).map(lambda parts: " ".join(parts)[:4000])


def nasty(count: int) -> list[str]:
    """The same texts every time; what Discord's own client would not send is left out."""
    texts: list[str] = []

    @settings(max_examples=count, derandomize=True, database=None, phases=[Phase.generate], suppress_health_check=ALL)
    @given(TEXTS)
    def collect(text: str) -> None:
        cleaned = "".join(character for character in text if not "\ud800" <= character <= "\udfff")
        if cleaned.strip():
            texts.append(cleaned)

    collect()
    return [*texts, "x" * 4000, "*" * 4000, "\\" * 4000, "🏳\ufe0f\u200d🌈" * 660, "ﷺ" * 200, "a\n" * 200]


async def test_whatever_people_write(server: FakeDiscord, bot: BotProcess) -> None:
    ana = server.person("Ana")
    await agree(ana, ana.slash("compare", ana.direct))
    shown = await ana.slash("compare").answer()
    for text in nasty(40):
        receipt = await say_why(ana, shown, text)
        check(await settled(ana, receipt))
    check(await ana.slash("mine").answer())
    seen = len(ana.sees(ana.direct))
    for text in random.Random(1).sample(nasty(40), 10):
        ana.says(text, ana.direct)
    await server.world.changed.until(lambda: len(ana.sees(ana.direct)) >= seen + 20, 120, "replies")


def check(message: Message) -> None:
    """Bold for evidence, a quotation and isolated directions are ours."""
    assert set(markup(message.text)) <= {"bold", "quote", "direction"}, message.text
