"""What `opine export`, `import`, `db` and `work` do, once a command is really run."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, get_args

import typer
from rich.console import Console
from rich.table import Table

from bot.cli_run import bar, tell
from bot.opening import opened
from bot.settings import Settings
from feedback.records import Channel

if TYPE_CHECKING:
    from rich.progress import TaskID

    from feedback.export import Selection

_REPEATED: Final = ("campaigns", "languages", "channels", "without_flags")


def selected(**filters: Any) -> "Selection":
    """The filters of an export; refuses a channel or a flag that there is not."""
    from feedback.export.selection import FLAGS, Selection

    lists = {name: tuple(value or ()) for name, value in filters.items() if name in _REPEATED}
    _known("--channel", lists["channels"], get_args(Channel))
    _known("--without-flag", lists["without_flags"], FLAGS)
    return Selection(**filters | lists)


def _known(option: str, given: Sequence[str], known: Sequence[str]) -> None:
    if wrong := sorted(set(given) - set(known)):
        raise typer.BadParameter(f"{wrong[0]!r} is none of {', '.join(known)}", param_hint=option)


async def export(folder: Path, targets: list[str], selection: "Selection") -> None:
    """Write the dataset and say what is in it."""
    from feedback.export import export

    async with opened(Settings()) as (store, media):
        with bar() as progress:
            tasks: dict[str, TaskID] = {}

            def show(name: str, done: int, total: int) -> None:
                if name not in tasks:
                    tasks[name] = progress.add_task(name)
                progress.update(tasks[name], completed=done, total=total)

            options = {"targets": targets} if targets else {}
            manifest = await export(store, media, folder, selection=selection, progress=show, **options)
    print(manifest)


async def import_comments(
    file: Path, campaign: str, columns: list[str], images: Path | None, rejects: Path | None
) -> int:
    """Read the file in; 1 where a row was refused."""
    from feedback.imports import import_comments

    async with opened(Settings()) as (store, media):
        with bar() as progress:
            task = progress.add_task("importing", total=None)
            report = await import_comments(
                store,
                media,
                file,
                campaign=campaign,
                columns=_pairs(columns),
                rejects=rejects,
                images=images,
                progress=lambda done, total: progress.update(task, completed=done, total=total),
            )
    print(report)
    return 1 if report.rejected else 0


def _pairs(columns: list[str]) -> dict[str, str] | None:
    pairs = [column.partition("=") for column in columns]
    if wrong := [name for name, equals, value in pairs if not (name and equals and value)]:
        raise typer.BadParameter(f"{wrong[0]!r} is not of the form text=Kommentar", param_hint="--column")
    return {name: value for name, _, value in pairs} or None


async def upgrade() -> None:
    """Opening the store migrates it."""
    async with opened(Settings()):
        print("the database has this version's schema")


async def work_status() -> None:
    """Print the number of opinions in each state."""
    async with opened(Settings()) as (store, _):
        counts = await store.work_counts()
    table = Table("state", "opinions")
    for state, count in counts.items():
        table.add_row(state, str(count))
    Console().print(table)


async def requeue() -> None:
    """Give dead work another chance, and work to opinions that the present reader has not read."""
    from bot.translators import unloaded_reader

    async with opened(Settings()) as (store, _):
        dead = await store.requeue_dead()
        reader = unloaded_reader(Settings(), tell)
        unread = await store.enqueue_all_unread(reader.signature, reader.translation_signature)
    print(f"{dead} that failed will be tried again, {unread} will be read by the present reader")
