"""`opine models`: full translation checkpoints beside the bundled translator."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.progress import TaskID

    from translation.checkpoints import Checkpoint
    from translation.fetching import Progress as Report

app = typer.Typer(help="Translation models: what there is, fetch one, use one.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="A name that `opine models list` shows.")]


@app.command("list")
def list_() -> None:
    """List the translation models with licence, languages and size, and say which is in use."""
    from rich.console import Console
    from rich.table import Column, Table

    from bot.settings import Settings
    from translation.checkpoints import BUNDLED, checkpoints, folder_of

    settings = Settings()
    used = settings.chosen_translator
    table = Table(Column("name", no_wrap=True), "licence", "languages", "of Opine's", "download", "state")
    table.add_row(BUNDLED, "MIT", "", "", "", "in use" if used == BUNDLED else "")
    for one in checkpoints().values():
        here = folder_of(settings.models_folder, one.name).exists()
        state = "not fetched" if not here else "in use" if used == one.name else "fetched"
        notice = " (non-commercial)" if one.notice else ""
        size = f"{one.download_bytes / 1e9:.1f} GB"
        table.add_row(one.name, one.licence + notice, str(one.languages), _understood(one), size, state)
    Console().print(table)


@app.command()
def fetch(
    name: Name,
    mirror: Annotated[str, typer.Option(help="Server to fetch from, in the hub's layout (OPINE_MODELS_MIRROR).")] = "",
    revision: Annotated[str, typer.Option(help="Commit, tag or branch; otherwise the one fetched first.")] = "",
    accept_licence: Annotated[
        bool, typer.Option("--accept-licence", help="Accept a licence that forbids commercial use.")
    ] = False,
) -> None:
    """Fetch a model, convert it to int8 and test it.

    Run it again after an interruption: it goes on where it stopped."""
    from bot.settings import Settings
    from translation.checkpoints import get_checkpoint
    from translation.installing import install

    settings = Settings()
    with _told(), _bars() as (step, progress):
        checkpoint = get_checkpoint(name)
        decoder = install(
            checkpoint,
            settings.models_folder,
            mirror=mirror or settings.models_mirror,
            revision=revision,
            accept_licence=accept_licence,
            threads=settings.threads,
            progress=progress,
            step=step,
        )
    print(f"{decoder.signature} is ready; opine models use {name} puts it to work")


@app.command()
def use(name: Annotated[str, typer.Argument(help="A fetched model, or `bundled`.")]) -> None:
    """Choose who translates, from the next start of `opine serve` on."""
    from bot.settings import Settings
    from translation.checkpoints import BUNDLED
    from translation.ctranslate import open_checkpoint

    settings = Settings()
    if name != BUNDLED:
        with _told():
            notice = open_checkpoint(settings.models_folder, name, settings.threads).checkpoint.notice
        if notice:
            print(notice)
    settings.data.mkdir(parents=True, exist_ok=True)
    settings.choice.write_text(name + "\n", "utf-8")
    print(f"{name} translates from the next start of opine serve on")
    if settings.translator not in ("", name):
        print(f"but OPINE_TRANSLATOR is set to {settings.translator}, and comes first: unset it")


def _understood(checkpoint: "Checkpoint") -> str:
    from translation.languages import UNKNOWN, languages

    ours = [tag for tag in languages() if tag != UNKNOWN]
    return f"{sum(checkpoint.find_code(tag) is not None for tag in ours)} of {len(ours)}" if checkpoint.codes else "any"


@contextmanager
def _told() -> Iterator[None]:
    """What went wrong is told in a sentence."""
    from bot.cli_run import tell
    from translation.checkpoints import ModelError

    try:
        yield
    except ModelError as error:
        tell(str(error))
        raise typer.Exit(1) from None
    except OSError as error:
        tell(f"{error.filename or 'the models folder'}: {error.strerror or error}; see to it and run the command again")
        raise typer.Exit(1) from None


@contextmanager
def _bars() -> "Iterator[tuple[Callable[[str], None], Report]]":
    """A line for the step that is under way, and a bar a file, on standard error."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as shown:
        tasks: dict[str, TaskID] = {}

        def progress(file: str, here: int, whole: int | None) -> None:
            if file not in tasks:
                tasks[file] = shown.add_task(file)
            shown.update(tasks[file], completed=here, total=whole)

        yield lambda what: shown.console.print(f"{what} ..."), progress
