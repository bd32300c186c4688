"""`opine train` and `opine score`: a reward from an export, and what it makes of images."""

import json
import sys
from bisect import bisect_left
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

    from feedback.reward.fitting import Round
    from feedback.reward.model import Reward
    from feedback.reward.taste import Taste

MODEL = Path("opine-reward")
LONGEST = 12  # bar, in characters
LEVELS = "▁▂▃▄▅▆▇█"


def train(
    export: Annotated[Path, typer.Argument(help="Folder that `opine export` wrote.")],
    out: Annotated[Path, typer.Option(help="Folder of the reward.")] = MODEL,
    features: Annotated[
        str, typer.Option(help="`descriptor`, built in; or an image encoder's name on the hub, or its folder.")
    ] = "descriptor",
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same weights.")] = 0,
    rounds: Annotated[int, typer.Option(min=1, help="Most rounds; it ends early once validation gets worse.")] = 12,
    copies: Annotated[int, typer.Option(min=0, help="Copies of each image with artefacts; 0: none.")] = 3,
) -> None:
    """Learn from an export what people like.

    Writes the weights, a model card and the curves. What was computed of images is kept for the next time."""
    from rich.console import Console, Group
    from rich.live import Live

    from bot.cli_run import bar
    from bot.settings import Settings
    from feedback.errors import OpineError
    from feedback.reward.features import load_features
    from feedback.reward.training import train as train_reward

    progress, done = bar(), list["Round"]()
    try:
        found = load_features(features)
        with Live(progress, console=Console(stderr=True)) as live:
            task = progress.add_task("looking at images", total=None)

            def watch(finished: "Round") -> None:
                done.append(finished)
                live.update(Group(progress, _curves(done)))

            reward = train_reward(
                export,
                out,
                found,
                features,
                Settings().data / "features.sqlite",
                seed=seed,
                rounds=rounds,
                copies=copies,
                progress=lambda number, total: progress.update(task, completed=number, total=total),
                watch=watch,
            )
    except FileNotFoundError as error:
        _fail(f"there is no file {error.filename}, which the export names; export again")
    except OpineError as error:
        _fail(error)
    print(_summary(reward, out))


def _curves(done: "Sequence[Round]") -> "Table":
    from rich.table import Table

    table = Table("round", "training loss")
    table.caption = f"training loss {_line([one.loss for one in done])}"
    held_out = bool(done[0].held_out.answers)
    if held_out:
        for title in ("validation loss", "right, people seen", "right, people unseen"):
            table.add_column(title)
        table.caption += f"  validation loss {_line([one.held_out.mean_loss for one in done])}"
    for one in done:
        figures = (f"{one.held_out.mean_loss:.4f}", str(one.seen), str(one.unseen)) if held_out else ()
        table.add_row(str(one.number), f"{one.loss:.4f}", *figures)
    return table


def _line(numbers: Sequence[float]) -> str:
    low, high = min(numbers), max(numbers)
    return "".join(LEVELS[round((number - low) / (high - low or 1) * (len(LEVELS) - 1))] for number in numbers)


def _summary(reward: "Reward", folder: Path) -> str:
    from feedback.reward.accuracy import Figures
    from feedback.reward.card import in_short

    figures = {name: Figures(**found) for name, found in reward.facts["figures"].items()}
    lines = [f"{folder}: {in_short(reward, *figures)}."]
    if any(found.pairs for found in figures.values()):
        lines += [f"Round {reward.facts['kept_round']} was kept. Pairs of the test split in the right order:"]
        lines += [f"  {name:<36}  {found}" for name, found in figures.items()]
    return "\n".join(lines)


def score(
    images: Annotated[list[Path], typer.Argument(help="Images to score.")],
    model: Annotated[Path, typer.Option(help="Folder that `opine train` wrote.")] = MODEL,
    annotator: Annotated[str | None, typer.Option("--as", help="By the taste of this annotator.")] = None,
    liked: Annotated[list[Path] | None, typer.Option(help="By the taste of who likes this image; repeat it.")] = None,
    why: Annotated[bool, typer.Option("--why", help="What each aspect adds.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print an object for each image.")] = False,
) -> None:
    """Score images by what people like.

    0 is an average image; by one person's taste a difference of 1 means odds of e to 1."""
    from feedback.errors import OpineError
    from feedback.reward.model import Reward

    if annotator and liked:
        raise typer.BadParameter("give --as or --liked, not both", param_hint="--as")
    try:
        reward = Reward.load(model)
        taste = reward.taste_for(liked) if liked else None
        rows = _scored(reward, images, annotator, taste, why=why)
    except FileNotFoundError as error:
        _fail(f"there is no file {error.filename}")
    except OpineError as error:
        _fail(error)
    if as_json:
        for row in rows:
            print(json.dumps(row, ensure_ascii=False))
    else:
        _show(rows)
        print(_about(reward, annotator, liked=bool(liked)), file=sys.stderr)


def _about(reward: "Reward", annotator: str | None, *, liked: bool) -> str:
    from feedback.reward.accuracy import SEEN, SEEN_OWN, UNSEEN
    from feedback.reward.card import in_short

    about = "The reward " + in_short(reward, *([SEEN_OWN] if annotator else [UNSEEN, SEEN])) + "."
    return f"{about} That is by the population's taste; one made of liked images was not measured." if liked else about


def _scored(
    reward: "Reward", images: Sequence[Path], annotator: str | None, taste: "Taste | None", *, why: bool
) -> list[dict[str, Any]]:
    """In the order given; equal scores share a rank."""
    found = reward.scores(images)
    scores = (found @ reward.weights_of(annotator, taste)).tolist()
    lower = sorted(-score for score in scores)
    return [
        {"image": str(image), "score": score, "rank": 1 + bisect_left(lower, -score)}
        | ({"why": reward.parts_of(row, annotator, taste=taste)} if why else {})
        for image, score, row in zip(images, scores, found, strict=True)
    ]


def _show(rows: Sequence[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    whys = [row.get("why", {}) for row in rows]
    most = max((abs(part) for why in whys for part in why.values()), default=0) or 1
    table = Table("rank", "score", "image", *(["why"] if any(whys) else []))
    for row in sorted(rows, key=lambda row: row["rank"]):
        cells: list[str | Text] = [str(row["rank"]), f"{row['score']:+.2f}", Text(row["image"], overflow="fold")]
        if any(whys):
            cells.append(Text("\n").join(_reason(name, part, most) for name, part in row["why"].items()))
        table.add_row(*cells)
    if any("unnamed" in why for why in whys):
        table.caption = "unnamed: what people choose by and do not say"
    Console(highlight=False).print(table)


def _reason(name: str, part: float, most: float) -> "Text":
    from rich.text import Text

    bar = "█" * round(abs(part) / most * LONGEST)
    return Text.assemble(f"{name:<16} {part:+.2f} ", (bar, "green3" if part > 0 else "light_coral"))


def _fail(error: object) -> NoReturn:
    print(f"opine: {error}", file=sys.stderr)
    raise typer.Exit(1)
