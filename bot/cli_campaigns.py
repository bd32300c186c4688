"""`opine campaign`: questions put to people."""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli_run import bar, run

app = typer.Typer(help="Campaigns: images, and what is asked of them.", no_args_is_help=True)


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="Short name for addresses: small letters, digits, hyphens.")],
    images: Annotated[Path, typer.Option(help="Folder of images.", exists=True, file_okay=False)],
    manifest: Annotated[
        Path | None, typer.Option(help="CSV: image_a,image_b[,image_c,image_d][,prompt].", exists=True, dir_okay=False)
    ] = None,
    title: Annotated[str | None, typer.Option(help="What people see; default: the name.")] = None,
    question: Annotated[
        str | None, typer.Option(help="What is asked; default: the usual question, translated.")
    ] = None,
) -> None:
    """Create a campaign from a folder of images."""
    raise typer.Exit(run(_create(name, images, manifest, title or name, question)))


@app.command("list")
def list_() -> None:
    """List the campaigns."""
    run(_list())


@app.command()
def archive(name: Annotated[str, typer.Argument(help="The campaign's name.")]) -> None:
    """Show a campaign to nobody any more; what was collected stays."""
    run(_archive(name))


async def _create(name: str, images: Path, manifest: Path | None, title: str, question: str | None) -> int:
    from bot.campaigns import create_from_folder
    from bot.opening import opened
    from bot.settings import Settings

    async with opened(Settings()) as (store, media):
        with bar() as progress:
            task = progress.add_task("reading images", total=None)
            summary = await create_from_folder(
                store,
                media,
                name=name,
                title=title,
                question=question,
                folder=images,
                manifest=manifest,
                progress=lambda done, total: progress.update(task, completed=done, total=total),
            )
    print(summary)
    return 1 if summary.refused else 0


async def _list() -> None:
    from rich.console import Console
    from rich.table import Table

    from bot.opening import opened
    from bot.settings import Settings

    table = Table("name", "title", "made", "archived")
    async with opened(Settings()) as (store, _):
        for campaign in await store.list_campaigns():
            table.add_row(
                campaign.name, campaign.title, f"{campaign.created_at:%Y-%m-%d}", "yes" if campaign.archived else ""
            )
    Console().print(table)


async def _archive(name: str) -> None:
    from bot.opening import opened
    from bot.settings import Settings

    async with opened(Settings()) as (store, _):
        await store.archive_campaign(name)
