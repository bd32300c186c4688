"""The command `opine`."""

from pathlib import Path
from typing import Annotated

import typer

from bot import cli_campaigns, cli_flags, cli_keys, cli_models, cli_read, cli_report, cli_reward
from bot.cli_run import run

app = typer.Typer(
    name="opine",
    help="Collects what people say about images, in any language, and turns it into preference data.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    rich_markup_mode=None,
)
app.add_typer(cli_campaigns.app, name="campaign")
app.add_typer(cli_keys.app, name="key")
app.add_typer(cli_models.app, name="models")
database = typer.Typer(help="The database.", no_args_is_help=True)
work = typer.Typer(help="Opinions that wait to be read.", no_args_is_help=True)
app.add_typer(database, name="db")
app.add_typer(work, name="work")
app.command("flag")(cli_flags.flag)
app.command("read")(cli_read.read)
app.command("train")(cli_reward.train)
app.command("score")(cli_reward.score)
app.command("report")(cli_report.report)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on (OPINE_HOST).")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on (OPINE_PORT); 0 picks a free one.")] = None,
) -> None:
    """Start the chat page, the API, the reader and, with OPINE_DISCORD_TOKEN set, Discord."""
    from bot.serving import serve

    raise typer.Exit(serve(host=host, port=port))


@app.command()
def discord() -> None:
    """Talk with people on Discord, and read what they say.

    With OPINE_DISCORD_TOKEN set, `opine serve` does so too."""
    from bot.discord_run import run

    raise typer.Exit(run())


@app.command("export")
def export_(
    folder: Annotated[Path, typer.Argument(help="Folder to write; must be new or an earlier export.")],
    target: Annotated[
        list[str] | None, typer.Option(help="What to write (docs/exports.md lists them), or all; repeat it.")
    ] = None,
    campaign: Annotated[list[str] | None, typer.Option(help="Only this campaign; repeat it.")] = None,
    language: Annotated[list[str] | None, typer.Option(help="Only words in it: pt, or pt-BR; repeat it.")] = None,
    channel: Annotated[list[str] | None, typer.Option(help="Only from web, discord or import; repeat it.")] = None,
    gold_only: Annotated[bool, typer.Option("--gold-only", help="Only what people confirmed or corrected.")] = False,
    for_study: Annotated[bool, typer.Option("--for-study", help="Also what may not train models.")] = False,
    confidence: Annotated[float, typer.Option(help="The least, of labels and preferences.", min=0, max=1)] = 0,
    without_flag: Annotated[list[str] | None, typer.Option(help="Nothing with this flag; repeat it.")] = None,
) -> None:
    """Write all that was said as a dataset."""
    from bot.cli_data import export, selected

    selection = selected(
        campaigns=campaign,
        languages=language,
        channels=channel,
        without_flags=without_flag,
        gold_only=gold_only,
        for_study=for_study,
        confidence=confidence,
    )
    run(export(folder, target or [], selection))


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="Comments as .csv or .jsonl.", exists=True, dir_okay=False)],
    campaign: Annotated[str, typer.Option(help="Campaign that takes them.")],
    column: Annotated[
        list[str] | None, typer.Option(help="Where a column has another name: text=Kommentar; repeat it.")
    ] = None,
    images: Annotated[Path | None, typer.Option(help="Folder that image paths begin in; default: the file's.")] = None,
    rejects: Annotated[Path | None, typer.Option(help="Where refused rows go; default: beside the file.")] = None,
) -> None:
    """Read existing comments in.

    Run it again after an interruption: nothing is taken twice."""
    from bot.cli_data import import_comments

    raise typer.Exit(run(import_comments(file, campaign, column or [], images, rejects)))


@database.command()
def upgrade() -> None:
    """Bring the database to this version's schema."""
    from bot.cli_data import upgrade

    run(upgrade())


@work.command()
def status() -> None:
    """Count what waits, what is being read, and what failed."""
    from bot.cli_data import work_status

    run(work_status())


@work.command()
def requeue() -> None:
    """Let opinions that could not be read be tried again, and read all anew where the reader is newer."""
    from bot.cli_data import requeue

    run(requeue())
