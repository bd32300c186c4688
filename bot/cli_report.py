"""`opine report`: whether people agree, who they are, what they like, and what may lead them astray."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer


def report(
    export: Annotated[
        Path | None, typer.Argument(help="Folder that `opine export` wrote; default: what is stored now, for study.")
    ] = None,
    html: Annotated[Path | None, typer.Option(help="Write the report as an HTML page as well.")] = None,
) -> None:
    """Say how far what people said can be trusted.

    Agreement, strengths, dominant people, and whether preferences follow compression, size or position."""
    from rich.console import Console

    from feedback.errors import OpineError
    from feedback.garbage import rare_collections
    from feedback.report import make_report
    from feedback.report.page import to_html
    from feedback.report.terminal import drawn

    try:
        with _folder(export) as folder, rare_collections():
            found = make_report(folder)
    except OpineError as error:
        print(f"opine: {error}", file=sys.stderr)
        raise typer.Exit(1) from None
    Console(highlight=False).print(*drawn(found), sep="\n")
    if html:
        try:
            html.write_text(to_html(found), "utf-8")
        except OSError as error:
            print(f"opine: the page cannot be written: {error}", file=sys.stderr)
            raise typer.Exit(1) from None
        print(f"\nthe same as a page: {html}")


@contextmanager
def _folder(export: Path | None) -> Iterator[Path]:
    """The export, or a fresh one of the database that goes away again."""
    from feedback.estimates import require_libraries

    if export:
        yield export
        return
    require_libraries()  # before the export, which may take long
    with TemporaryDirectory(prefix="opine-report-") as folder:
        _export(Path(folder) / "export")
        yield Path(folder) / "export"


def _export(folder: Path) -> None:
    from bot.cli_run import run
    from bot.opening import opened
    from bot.settings import Settings
    from feedback.export import export
    from feedback.export.selection import Selection

    async def write() -> None:
        async with opened(Settings()) as (store, media):
            await export(store, media, folder, selection=Selection(for_study=True))

    run(write())
