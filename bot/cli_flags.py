"""`opine flag`: what an operator says of an opinion."""

from typing import Annotated

import typer

from bot.cli_run import run


def flag(
    opinion: Annotated[str, typer.Argument(help="The opinion's id: the column opinion_id of an export.")],
    as_: Annotated[str, typer.Option("--as", help="spam, pii (it tells who somebody is) or not_appropriate.")],
    remove: Annotated[bool, typer.Option("--remove", help="Take the flag away again.")] = False,
) -> None:
    """Flag an opinion, so that exports can leave it out."""
    run(_flag(opinion, as_, remove=remove))


async def _flag(opinion: str, name: str, *, remove: bool) -> None:
    from bot.opening import opened
    from bot.settings import Settings

    async with opened(Settings()) as (store, _):
        change = store.unflag if remove else store.flag
        flags = await change(opinion, name)
    print(f"{opinion}: {', '.join(flags) or 'no flags'}")
