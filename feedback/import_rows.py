"""What a row of existing comments says: which of its cells is what, and whether each makes sense."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from pydantic import ValidationError

from feedback.records import LETTERS, Choice
from feedback.rows import Row
from feedback.store_imports import Imported

# The roles that a column can have, and the names by which it is recognised, the likeliest first.
ROLES: Final[dict[str, tuple[str, ...]]] = {
    "text": ("text", "comment", "body", "opinion", "review", "source_text", "content", "message"),
    "image_a": (
        "image_a",
        "image",
        "image_1",
        "image_path",
        "image_file",
        "file_name",
        "filename",
        "path",
        "image_url",
        "url",
    ),
    "image_b": ("image_b", "image_2"),
    "image_c": ("image_c", "image_3"),
    "image_d": ("image_d", "image_4"),
    "prompt": ("prompt", "caption"),
    "annotator": ("annotator", "user", "user_id", "author", "rater", "worker", "worker_id", "username"),
    "language": ("language", "lang", "declared_language", "source_language", "locale"),
    "created_at": ("created_at", "date", "time", "timestamp", "created_utc"),
    "id": ("id", "comment_id", "opinion_id", "row_id"),
    "preference": ("preference", "choice", "preferred", "winner", "chosen"),
}
_IMAGES: Final = ("image_a", "image_b", "image_c", "image_d")
_ADDRESS: Final = re.compile(r"(?i)([a-z][a-z0-9+.-]+://|data:|//)")
_TAG: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_MILLISECONDS: Final = 10**11  # as seconds, this is the year 5138


class BadRow(ValueError):
    """A row that cannot be taken in; the message says why."""


@dataclass(frozen=True, slots=True)
class Comment:
    """One row, understood: the paths of its images, and what goes into the store."""

    row_id: str
    annotator: str
    images: tuple[str, ...]
    prompt: str | None
    text: str | None
    language: str | None
    choice: Choice | None
    created_at: datetime | None

    def to_imported(self, comparison_id: str, image_ids: tuple[str, ...]) -> Imported:
        """The same, with the images known to the store; BadRow where the text cannot be kept."""
        try:
            return Imported(
                user_id=self.annotator,
                comparison_id=comparison_id,
                image_ids=image_ids,
                client_message_id=self.row_id,
                source_text=self.text,
                declared_language=self.language,
                choice=self.choice,
                created_at=self.created_at,
            )
        except ValidationError as error:
            raise BadRow(error.errors()[0]["msg"].removeprefix("Value error, ")) from error


def read_comment(row: Row, columns: Mapping[str, str]) -> Comment:
    """Understand a row; BadRow says what is missing or makes no sense."""
    if row.problem:
        raise BadRow(row.problem)
    cells = {role: cell for role in ROLES if (cell := _find(row, role, columns)) and cell.strip()}
    images = _images(cells, columns)
    choice = _choice(cells.get("preference"), images)
    text = cells.get("text")
    if text is None and choice is None:
        raise BadRow(f"says nothing: {_missing('text', columns)}")
    row_id = _row_id(row, cells, images)
    return Comment(
        row_id=row_id,
        # Nobody knows whether two unnamed comments are one person's: each is a person of its own.
        annotator=cells["annotator"].strip() if "annotator" in cells else f"unnamed/{row_id}",
        images=images,
        prompt=cells["prompt"].strip() if "prompt" in cells else None,
        text=text,
        language=_language(cells.get("language")),
        choice=choice,
        created_at=_time(cells.get("created_at")),
    )


def _find(row: Row, role: str, columns: Mapping[str, str]) -> str | None:
    if role in columns:
        return row.cells.get(columns[role])
    taken = set(columns.values())
    return next((row.cells[name] for name in ROLES[role] if name in row.cells and name not in taken), None)


def _missing(role: str, columns: Mapping[str, str]) -> str:
    return (
        f"there is nothing in {columns[role]}" if role in columns else f"there is nothing in {', '.join(ROLES[role])}"
    )


def _images(cells: Mapping[str, str], columns: Mapping[str, str]) -> tuple[str, ...]:
    given = [cells[role].strip() if role in cells else "" for role in _IMAGES]
    images = tuple(given[: len([image for image in given if image])])
    if not images:
        raise BadRow(f"names no image: {_missing('image_a', columns)}")
    if "" in images:
        raise BadRow("leaves a gap between its images")
    if address := next((image for image in images if _ADDRESS.match(image)), None):
        raise BadRow(
            f"the image {address[:80]} is an address, and nothing is fetched here; download it and give its path"
        )
    return images


def _choice(cell: str | None, images: tuple[str, ...]) -> Choice | None:
    """A letter, the role or the path of an image, or a tie. Digits are refused: some count from 0, some from 1."""
    if cell is None:
        return None
    said = cell.strip()
    letters = LETTERS[: len(images)]
    names: dict[str, Choice] = {"tie": "tie", "both": "tie", "equal": "tie"}
    for letter, image in zip(letters, images, strict=True):
        names |= {letter.lower(): letter, f"image_{letter.lower()}": letter, image.lower(): letter}
    choice = names.get(said.lower())
    if choice is None or len(images) == 1:
        raise BadRow(f"the preference {said[:40]!r} is none of {', '.join(letters)} and tie")
    return choice


def _language(cell: str | None) -> str | None:
    if cell is None:
        return None
    tag = cell.strip().replace("_", "-")
    if not _TAG.fullmatch(tag) or len(tag) > 64:
        raise BadRow(f"the language {cell[:40]!r} is no BCP 47 tag such as en or pt-BR")
    return tag


def _time(cell: str | None) -> datetime | None:
    """ISO 8601, or seconds or milliseconds since 1970; without a zone it is taken as UTC."""
    if cell is None:
        return None
    said = cell.strip()
    try:
        if re.fullmatch(r"\d+(\.\d+)?", said):
            seconds = float(said)
            return datetime.fromtimestamp(seconds / 1000 if seconds >= _MILLISECONDS else seconds, UTC)
        moment = datetime.fromisoformat(said)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise BadRow(f"the time {said[:40]!r} is neither ISO 8601 nor seconds since 1970") from error


def _row_id(row: Row, cells: Mapping[str, str], images: tuple[str, ...]) -> str:
    """The row's own id, or else its contents and line, as a name of fixed length."""
    named = ["id", cells["id"].strip()] if "id" in cells else ["line", str(row.line), cells.get("text", ""), *images]
    return "row-" + hashlib.sha256("\0".join(named).encode()).hexdigest()[:40]
