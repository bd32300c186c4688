"""What `opine export`, `import`, `db` and `work` do, once a command is really run."""

from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from bot.cli_run import bar, tell
from bot.opening import opened
from bot.settings import Settings


async def export(folder: Path, campaign: str | None, *, gold_only: bool, for_study: bool) -> None:
    """Write the dataset and say what is in it."""
    from feedback.export import export

    async with opened(Settings()) as (store, media):
        with bar() as progress:
            task = progress.add_task("exporting", total=None)
            manifest = await export(
                store,
                media,
                folder,
                campaign=campaign,
                gold_only=gold_only,
                for_study=for_study,
                progress=lambda done, total: progress.update(task, completed=done, total=total),
            )
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
