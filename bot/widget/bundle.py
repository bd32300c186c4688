"""The widget as it is served: its modules and style sheets joined into one script, with no build step to run.

Modules import names from each other, `import { a, b } from "./other.js"`; a style sheet is imported as a string.
"""

import base64
import hashlib
import html
import json
import re
from functools import cache
from importlib.resources import files
from string import Template

ENTRY = "widget.js"

_IMPORT = re.compile(r'^import \{([^}]*)\} from "\./([\w.]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const|let)\b)", re.MULTILINE)
_DOCUMENTATION = re.compile(r"^ */\*\*(?:[^*]|\*(?!/))*\*/\n|^ *// [^\n]*\n", re.MULTILINE)
_NAME = re.compile(r"^(?:async )?(?:function\*?|class|const|let) (\w+)", re.MULTILINE)


@cache
def script() -> bytes:
    """One ES module with everything, imported modules first."""
    joined: dict[str, str] = {}
    _join(ENTRY, "", joined)
    whole = "\n".join(joined.values())
    names = _NAME.findall(whole)
    if twice := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"widget modules share one scope; rename one of each: {', '.join(sorted(twice))}")
    return whole.encode()


def script_hash() -> str:
    """The name of this version of the script."""
    return hashlib.sha256(script()).hexdigest()[:16]


def integrity() -> str:
    """What goes into the `integrity` attribute of a script tag."""
    return f"sha384-{base64.b64encode(hashlib.sha384(script()).digest()).decode()}"


@cache
def stylesheet() -> bytes:
    """The page's own style; the widget brings its style along."""
    return source("page.css").encode()


def page(*, campaign: str, title: str, locale: str, direction: str) -> str:
    """The chat page: the widget over the whole window."""
    values = {"campaign": campaign, "title": title, "locale": locale, "direction": direction, "version": script_hash()}
    return Template(source("page.html")).substitute({name: html.escape(value) for name, value in values.items()})


def _join(name: str, names: str, joined: dict[str, str]) -> None:
    if name in joined:
        return
    text = source(name)
    if name.endswith(".css"):
        joined[name] = f"const {names.strip()} = {json.dumps(_squeezed(text), ensure_ascii=False)};"
        return
    for imported_names, imported in _IMPORT.findall(text):
        _join(imported, imported_names, joined)
    joined[name] = _EXPORT.sub("", _DOCUMENTATION.sub("", _IMPORT.sub("", text))).strip()


def _squeezed(style: str) -> str:
    """A style sheet without comments, indentation and line ends."""
    return re.sub(r"\s*\n\s*", " ", re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL)).strip()


@cache
def source(name: str) -> str:
    """One file of the widget."""
    return files("bot.widget").joinpath(name).read_text("utf-8")
