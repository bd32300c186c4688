"""`opine key`: access keys for operators' own tools."""

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli_run import run

if TYPE_CHECKING:
    from feedback.records import Scope

app = typer.Typer(help="Access keys for the operators' part of the API.", no_args_is_help=True)


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="What the key is for.")],
    scope: Annotated[list[str], typer.Option(help="ingest, read, export, admin or erase; repeat it.")],
) -> None:
    """Make a key and print it; it cannot be shown again."""
    from typing import get_args

    from feedback.records import Scope

    if wrong := set(scope) - set(get_args(Scope)):
        known = ", ".join(get_args(Scope))
        raise typer.BadParameter(f"{min(wrong)!r} is none of {known}", param_hint="--scope")
    run(_add(name, scope))  # type: ignore[arg-type]  # just checked


@app.command("list")
def list_() -> None:
    """List the keys by name, never the keys themselves."""
    run(_list())


@app.command()
def revoke(name: Annotated[str, typer.Argument(help="The key's name.")]) -> None:
    """Make a key useless, at once."""
    run(_revoke(name))


async def _add(name: str, scopes: "list[Scope]") -> None:
    from bot.opening import opened
    from bot.settings import Settings

    async with opened(Settings()) as (store, _):
        print(await store.add_key(name, scopes))


async def _list() -> None:
    from rich.console import Console
    from rich.table import Table

    from bot.opening import opened
    from bot.settings import Settings

    table = Table("name", "scopes", "made")
    async with opened(Settings()) as (store, _):
        for key in await store.list_keys():
            table.add_row(key.name, ", ".join(key.scopes), f"{key.created_at:%Y-%m-%d}")
    Console().print(table)


async def _revoke(name: str) -> None:
    from bot.opening import opened
    from bot.settings import Settings

    async with opened(Settings()) as (store, _):
        await store.revoke_key(name)
