"""Discord's documented limits on messages, components and modals (docs.discord.com/developers, "Component Reference").

Every function yields what is wrong as `Problem`s; nothing means that Discord would take it.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from .records import COMPONENTS_V2, EPHEMERAL, Json, walk

ROW, BUTTON, STRING_SELECT, TEXT_INPUT = 1, 2, 3, 4
SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR = 9, 10, 11, 12, 13, 14
CONTAINER, LABEL, UPLOAD, RADIO, CHECKBOXES, CHECKBOX = 17, 18, 19, 21, 22, 23
SELECTS = (STRING_SELECT, 5, 6, 7, 8)
INPUTS = (TEXT_INPUT, *SELECTS, UPLOAD, RADIO, CHECKBOXES, CHECKBOX)
IN_CONTAINER = (ROW, TEXT, SECTION, GALLERY, SEPARATOR, FILE)
ALLOWED_FLAGS = EPHEMERAL | COMPONENTS_V2 | 1 << 2 | 1 << 12  # and: suppress embeds, suppress notifications
MAX_REQUEST = 10 << 20


class Problem(NamedTuple):
    path: str
    code: str
    message: str


def check_message(
    body: Json, filenames: Iterable[str], *, was_v2: bool = False, creates: bool = True
) -> Iterator[Problem]:
    """`filenames` are those of the files that the message will have; an edit may leave things out."""
    content, components = body.get("content"), body.get("components")
    flags = body.get("flags") or 0
    v2 = was_v2 or bool(flags & COMPONENTS_V2)
    yield from text(content, "content", 0, 2000)
    if flags & ~ALLOWED_FLAGS:
        yield Problem("flags", "BASE_TYPE_BAD_FLAGS", f"unknown flags {flags}")
    yield from text(body.get("nonce"), "nonce", 0, 25)
    embeds = body.get("embeds") or ()
    if len(embeds) > 10:
        yield Problem("embeds", "BASE_TYPE_MAX_LENGTH", "at most 10 embeds")
    for name in ("content", "embeds", "poll", "sticker_ids"):
        if v2 and body.get(name):
            yield Problem(name, "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", f"{name} beside Components V2")
    if components is not None:
        yield from check_components(components, v2, set(filenames))
    if creates and not (content or embeds or components or tuple(filenames) or body.get("sticker_ids")):
        yield Problem("", "EMPTY", "Cannot send an empty message")
    if creates and v2 and not components:
        yield Problem("components", "BASE_TYPE_REQUIRED", "Components V2 without components")


def check_components(components: list[Json], v2: bool, filenames: set[str]) -> Iterator[Problem]:
    every = list(walk(components))
    top = (ROW, *IN_CONTAINER, CONTAINER) if v2 else (ROW,)
    if not v2 and len(components) > 5:
        yield Problem("components", "BASE_TYPE_BAD_LENGTH", "at most 5 rows")
    if len(every) > 40:
        yield Problem("components", "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", f"{len(every)} components, at most 40")
    length = sum(len(part.get("content") or "") for part in every if part.get("type") == TEXT)
    if length > 4000:
        yield Problem("components", "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", f"{length} characters, at most 4000")
    yield from unique(every)
    for index, part in enumerate(components):
        yield from component(part, f"components.{index}", top, filenames)


def unique(every: list[Json]) -> Iterator[Problem]:
    for name, code in (("custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED"), ("id", "COMPONENT_ID_DUPLICATED")):
        for value, times in Counter(part[name] for part in every if part.get(name)).items():
            if times > 1:
                yield Problem("components", code, f"{name} {value!r} is there {times} times")


def component(part: Json, path: str, allowed: tuple[int, ...], filenames: set[str]) -> Iterator[Problem]:
    kind = part.get("type")
    if kind not in allowed:
        yield Problem(f"{path}.type", "UNION_TYPE_CHOICES", f"type {kind} is not one of {allowed} here")
        return
    if kind == ROW:
        yield from action_row(part, path)
    elif kind == TEXT:
        yield from text(part.get("content"), f"{path}.content", 1, 4000)
    elif kind == SECTION:
        yield from children(part, path, 1, 3, (TEXT,), filenames)
        yield from component(part.get("accessory") or {}, f"{path}.accessory", (BUTTON, THUMBNAIL), filenames)
    elif kind == BUTTON:
        yield from button(part, path)
    elif kind == GALLERY:
        yield from count(part.get("items"), f"{path}.items", 1, 10)
        for index, item in enumerate(part.get("items") or ()):
            yield from media(item, "media", f"{path}.items.{index}", filenames)
    elif kind == THUMBNAIL:
        yield from media(part, "media", path, filenames)
    elif kind == FILE:
        yield from media(part, "file", path, filenames)
    elif kind == CONTAINER:
        yield from children(part, path, 1, 40, IN_CONTAINER, filenames)
        color = part.get("accent_color")
        if color is not None and not 0 <= color <= 0xFFFFFF:
            yield Problem(f"{path}.accent_color", "NUMBER_TYPE_MAX", f"{color} is no colour")


def children(
    part: Json, path: str, least: int, most: int, allowed: tuple[int, ...], filenames: set[str]
) -> Iterator[Problem]:
    inside = part.get("components") or []
    yield from count(inside, f"{path}.components", least, most)
    for index, child in enumerate(inside):
        yield from component(child, f"{path}.components.{index}", allowed, filenames)


def action_row(part: Json, path: str) -> Iterator[Problem]:
    inside = part.get("components") or []
    kinds = {child.get("type") for child in inside}
    yield from count(inside, f"{path}.components", 1, 1 if kinds & set(SELECTS) else 5)
    for index, child in enumerate(inside):
        where = f"{path}.components.{index}"
        if child.get("type") == BUTTON:
            yield from button(child, where)
        elif child.get("type") in SELECTS:
            yield from select(child, where, in_modal=False)
        else:
            yield Problem(f"{where}.type", "UNION_TYPE_CHOICES", f"type {child.get('type')} in an action row")


def button(part: Json, path: str) -> Iterator[Problem]:
    style, label = part.get("style"), part.get("label")
    yield from text(label, f"{path}.label", 0, 80)
    if not (label and label.strip()) and not part.get("emoji") and style != 6:
        yield Problem(path, "BUTTON_COMPONENT_INVALID", "a button needs a label or an emoji")
    if style not in range(1, 7):
        yield Problem(f"{path}.style", "BASE_TYPE_CHOICES", f"style {style}")
    elif style == 5:
        yield from text(part.get("url"), f"{path}.url", 1, 512)
        if part.get("custom_id"):
            yield Problem(path, "COMPONENT_CUSTOM_ID_FORBIDDEN", "a link button has no custom_id")
        if not re.match(r"(https?|discord)://", part.get("url") or ""):
            yield Problem(f"{path}.url", "URL_TYPE_INVALID_SCHEME", "not http, https or discord")
    elif style != 6:
        yield from custom_id(part, path)


def select(part: Json, path: str, *, in_modal: bool) -> Iterator[Problem]:
    yield from custom_id(part, path)
    yield from text(part.get("placeholder"), f"{path}.placeholder", 0, 150)
    least, most = part.get("min_values", 1), part.get("max_values", 1)
    if not 0 <= least <= most <= 25 or most < 1:
        yield Problem(path, "NUMBER_TYPE_MAX", f"min_values {least}, max_values {most}")
    if in_modal and part.get("disabled"):
        yield Problem(f"{path}.disabled", "COMPONENT_DISABLED_IN_MODAL", "a disabled menu in a modal")
    if part["type"] == STRING_SELECT:
        yield from choices(part, path, 1, 25)
        if most > len(part.get("options") or ()):
            yield Problem(f"{path}.max_values", "COMPONENT_SELECT_MAX_VALUES", "more than there are options")


def choices(part: Json, path: str, least: int, most: int) -> Iterator[Problem]:
    options = part.get("options") or []
    yield from count(options, f"{path}.options", least, most)
    for index, option in enumerate(options):
        where = f"{path}.options.{index}"
        for name in ("label", "value"):
            yield from text(option.get(name), f"{where}.{name}", 1, 100)
        yield from text(option.get("description"), f"{where}.description", 0, 100)
    if len({option.get("value") for option in options}) < len(options):
        yield Problem(f"{path}.options", "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "two options with one value")


def media(part: Json, name: str, path: str, filenames: set[str]) -> Iterator[Problem]:
    url = (part.get(name) or {}).get("url") or ""
    yield from text(part.get("description"), f"{path}.description", 0, 1024)
    scheme, _, rest = url.partition("://")
    if scheme == "attachment" and rest not in filenames:
        detail = f"{url} is no file of this message ({sorted(filenames)})"
        yield Problem(f"{path}.{name}.url", "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND", detail)
    elif scheme not in ("attachment", "http", "https"):
        yield Problem(f"{path}.{name}.url", "URL_TYPE_INVALID_SCHEME", f"{url[:80]!r}")


def check_modal(data: Json) -> Iterator[Problem]:
    yield from custom_id(data, "data")
    yield from text(data.get("title"), "data.title", 1, 45)
    parts = data.get("components") or []
    yield from count(parts, "data.components", 1, 5)
    yield from unique(list(walk(parts)))
    for index, part in enumerate(parts):
        path = f"data.components.{index}"
        if part.get("type") == LABEL:
            yield from text(part.get("label"), f"{path}.label", 1, 45)
            yield from text(part.get("description"), f"{path}.description", 0, 100)
            yield from field_of_modal(part.get("component") or {}, f"{path}.component")
        elif part.get("type") == ROW:
            yield from count(part.get("components"), f"{path}.components", 1, 1)
            for child in part.get("components") or ():
                yield from text(child.get("label"), f"{path}.label", 1, 45)
                yield from field_of_modal(child, f"{path}.components.0")
        elif part.get("type") == TEXT:
            yield from text(part.get("content"), f"{path}.content", 1, 4000)
        else:
            yield Problem(f"{path}.type", "UNION_TYPE_CHOICES", f"type {part.get('type')} in a modal")


def field_of_modal(part: Json, path: str) -> Iterator[Problem]:
    kind = part.get("type")
    if kind not in INPUTS:
        yield Problem(f"{path}.type", "UNION_TYPE_CHOICES", f"type {kind} in a label")
        return
    if kind in SELECTS:
        yield from select(part, path, in_modal=True)
        return
    yield from custom_id(part, path)
    if kind == TEXT_INPUT:
        yield from text_input(part, path)
    elif kind == RADIO:
        yield from choices(part, path, 2, 10)
    elif kind == CHECKBOXES:
        yield from choices(part, path, 1, 10)
    elif kind == UPLOAD and not 0 <= part.get("min_values", 1) <= part.get("max_values", 1) <= 10:
        yield Problem(path, "NUMBER_TYPE_MAX", "between 0 and 10 files")


def text_input(part: Json, path: str) -> Iterator[Problem]:
    yield from text(part.get("placeholder"), f"{path}.placeholder", 0, 100)
    least, most = part.get("min_length") or 0, part.get("max_length", 4000)
    if most is not None and not (0 <= least <= most and 1 <= most <= 4000):
        yield Problem(path, "NUMBER_TYPE_MAX", f"min_length {least}, max_length {most}")
    yield from text(part.get("value"), f"{path}.value", 0, most or 4000)
    if part.get("style") not in (1, 2):
        yield Problem(f"{path}.style", "BASE_TYPE_CHOICES", f"style {part.get('style')}")


def custom_id(part: Json, path: str) -> Iterator[Problem]:
    yield from text(part.get("custom_id"), f"{path}.custom_id", 1, 100)


def text(value: Any, path: str, least: int, most: int) -> Iterator[Problem]:
    """Code points, of which at least `least` must not be white space."""
    if value is None or value == "":
        if least:
            yield Problem(path, "BASE_TYPE_REQUIRED", "This field is required")
    elif not isinstance(value, str):
        yield Problem(path, "STRING_TYPE_CONVERT", f"{value!r} is no text")
    elif len(value) > most or len(value.strip()) < least:
        yield Problem(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length; it is {len(value)}")
    elif any("\ud800" <= character <= "\udfff" for character in value):
        yield Problem(path, "STRING_TYPE_CONVERT", "a lone surrogate")


def count(items: Any, path: str, least: int, most: int) -> Iterator[Problem]:
    if not least <= len(items or ()) <= most:
        yield Problem(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length; {len(items or ())}")


def pings(body: Json) -> str | None:
    """What would notify somebody, if anything: this project must never do so."""
    allowed = body.get("allowed_mentions")
    if allowed is None:
        return "no allowed_mentions"
    noisy = {name: value for name, value in allowed.items() if value}
    return f"allowed_mentions {noisy}" if noisy else None
