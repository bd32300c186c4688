"""`opine read`: what the reader makes of a text, in the terminal or as JSON lines."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from feedback.reading import Message, Reader
    from feedback.records import Kind, Reading

BATCH = 32
STYLES = {"positive": "black on green3", "negative": "black on light_coral", "neutral": "black on grey70"}
SIGNS = {"positive": "+", "negative": "−", "neutral": "·"}


def read(
    text: Annotated[list[str] | None, typer.Argument(help="Opinions to read, each in quotes.")] = None,
    kind: Annotated[str, typer.Option(help="What they are about: single, pair or set of images.")] = "pair",
    as_json: Annotated[bool, typer.Option("--json", help="Print readings as JSON.")] = False,
    jsonl: Annotated[
        Path | None, typer.Option(help="Read objects with id, source_text and kind; - is standard input.")
    ] = None,
) -> None:
    """Show what the reader understands of a text.

    The evidence of each label is coloured in the writer's own words."""
    from feedback.records import KIND_OF_COUNT

    if kind not in KIND_OF_COUNT.values():
        raise typer.BadParameter(f"{kind!r} is none of single, pair, set", param_hint="--kind")
    if (jsonl is None) == (not text):
        raise typer.BadParameter("give texts in quotes, or --jsonl FILE", param_hint="TEXT")
    if jsonl is not None:
        raise typer.Exit(_read_lines(jsonl))
    _read_texts(text or [], kind, as_json=as_json)  # type: ignore[arg-type]


def _read_texts(texts: list[str], kind: "Kind", *, as_json: bool) -> None:
    from pydantic import TypeAdapter, ValidationError
    from rich.console import Console

    from bot.cli_run import tell
    from bot.settings import Settings
    from bot.translators import open_reader
    from feedback.reading import Message
    from feedback.records import SourceText

    try:
        checked = [TypeAdapter(SourceText).validate_python(text) for text in texts]
    except ValidationError as error:
        raise typer.BadParameter(error.errors()[0]["msg"].removeprefix("Value error, "), param_hint="TEXT") from None
    readings = open_reader(Settings(), tell).read([Message(text, kind) for text in checked])
    if as_json:
        for reading in readings:
            print(reading.model_dump_json())
        return
    console = Console(highlight=False)
    for text, reading in zip(checked, readings, strict=True):
        _show(console, text, reading)


def _show(console: "Console", text: str, reading: "Reading") -> None:
    from rich.text import Text

    console.print(_evidence(text, reading))
    shown = reading.translation if reading.translation is not None else "not translated"
    if reading.translation != text:
        console.print(Text(shown, style="italic"))
    choice = reading.preference.choice
    console.print(
        Text(f"{reading.language} ({reading.language_confidence:.0%})", style="dim"),
        Text(f"prefers {choice}" if choice else "no preference", style="bold" if choice else "dim"),
    )
    for label in reading.labels:
        parts = [f"{SIGNS[label.polarity]} {label.aspect}", "·" * label.strength, ",".join(label.targets)]
        parts += [f"#{name}" for name in label.attributes] + ([f"={label.value}"] if label.value else [])
        start, end = label.span or (0, 0)
        console.print(
            Text("  " + " ".join(filter(None, parts))), Text(f"{label.confidence:.0%} {text[start:end]!r}", style="dim")
        )
    console.print()


def _evidence(text: str, reading: "Reading") -> "Text":
    from rich.text import Text

    marked = Text(text)
    for label in reading.labels:
        if label.span:
            marked.stylize(STYLES[label.polarity], *label.span)
    return marked


def _read_lines(path: Path) -> int:
    """Print a prediction a line as `score.py` of the labelled opinions wants it; 1 where a line was refused."""
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from bot.cli_run import tell
    from bot.settings import Settings
    from bot.translators import open_reader

    file = sys.stdin if str(path) == "-" else path.open(encoding="utf-8")
    reader, batch, bad = open_reader(Settings(), tell), list[tuple[str, "Message"]](), 0
    columns = (SpinnerColumn(), TextColumn("{task.description}"), MofNCompleteColumn(), TimeElapsedColumn())
    with file, Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("reading", total=None)
        for number, row in _rows(file):
            if isinstance(row, str):
                bad += 1
                progress.console.print(f"line {number}: {row}")
                continue
            batch.append(row)
            if len(batch) == BATCH:
                _predict(reader, batch)
                progress.advance(task, len(batch))
                batch = []
        _predict(reader, batch)
        progress.advance(task, len(batch))
    return 1 if bad else 0


def _rows(lines: Iterator[str]) -> "Iterator[tuple[int, tuple[str, Message] | str]]":
    """Each line's number with (id, message), or with the reason why it is refused."""
    from pydantic import TypeAdapter, ValidationError

    from feedback.reading import Message
    from feedback.records import Kind, SourceText

    checks = TypeAdapter(SourceText), TypeAdapter[Kind](Kind)
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row: dict[str, Any] = json.loads(line)
            text, kind = (
                checks[0].validate_python(row["source_text"]),
                checks[1].validate_python(row.get("kind", "pair")),
            )
            yield number, (str(row["id"]), Message(text, kind, declared_language=row.get("declared_language")))
        except ValidationError as error:
            yield number, error.errors()[0]["msg"].removeprefix("Value error, ")
        except KeyError as error:
            yield number, f"no {error.args[0]}; an object needs id, source_text and kind"
        except (TypeError, ValueError) as error:
            yield number, f"not a JSON object: {error}"


def _predict(reader: "Reader", batch: "list[tuple[str, Message]]") -> None:
    if not batch:
        return
    for (name, _), reading in zip(batch, reader.read([message for _, message in batch]), strict=True):
        labels = [
            label.model_dump(mode="json", exclude={"id", "status", "replaces", "value_raw"}) for label in reading.labels
        ]
        row = {
            "id": name,
            "language": reading.language,
            "language_confidence": round(reading.language_confidence, 4),
            "translation": reading.translation,
            "preference": reading.preference.choice,
            "labels": labels,
        }
        print(json.dumps(row, ensure_ascii=False), flush=True)
