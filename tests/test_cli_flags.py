"""`opine flag`, over a database that somebody has said something in."""

import asyncio
import shutil
from pathlib import Path

import pytest
from click.testing import Result
from pictures import picture
from typer.testing import CliRunner

from bot.cli import app
from bot.opening import opened
from bot.settings import Settings
from feedback.records import NewOpinion


async def say(settings: Settings) -> str:
    """The id of an opinion."""
    async with opened(settings) as (store, media):
        campaign = await store.create_campaign("sky", "Sky")
        image = await store.add_image(campaign.id, media.take(picture(1)))
        comparison = await store.add_comparison(campaign.id, [image.id])
        ana = await store.enter("web", "ana")
        showing = await store.show(ana.id, comparison.id, [image.id])
        new = NewOpinion(
            showing_id=showing.id, annotator_id=ana.id, source_text="buy now", channel="web", client_message_id="1"
        )
        return (await store.add_opinion(new)).id


async def kept(settings: Settings) -> tuple[str, ...]:
    async with opened(settings) as (store, _):
        return (await store.critiques())[0].flags


def test_an_opinion_is_flagged_and_the_flag_taken_away(
    migrated_sqlite: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(migrated_sqlite, tmp_path)
    monkeypatch.setenv("OPINE_DATA", str(tmp_path))
    opinion = asyncio.run(say(Settings()))

    def flag(*arguments: str) -> Result:
        return CliRunner().invoke(app, ["flag", *arguments])

    assert flag(opinion, "--as", "spam").stdout == f"{opinion}: spam\n"
    assert flag(opinion, "--as", "pii").stdout == f"{opinion}: pii, spam\n"
    assert asyncio.run(kept(Settings())) == ("pii", "spam")
    assert flag(opinion, "--as", "spam", "--remove").stdout == f"{opinion}: pii\n"
    assert flag(opinion, "--as", "pii", "--remove").stdout == f"{opinion}: no flags\n"
    unknown = flag("0", "--as", "spam")
    assert (unknown.exit_code, unknown.stdout) == (1, "")
    assert unknown.stderr == "opine: there is no opinion '0'; give one of the column opinion_id of an export\n"
    rude = flag(opinion, "--as", "rude")
    assert (rude.exit_code, rude.stdout) == (1, "")
    assert rude.stderr == "opine: there is no flag 'rude'; there are spam, pii, not_appropriate\n"
    assert asyncio.run(kept(Settings())) == ()
    assert flag(opinion).exit_code == 2
