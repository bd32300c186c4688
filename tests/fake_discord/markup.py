"""What Discord's client would draw as more than plain text: the judge of whether a bot escapes what people write."""

import re

PLAIN = re.compile(r"\\[^A-Za-z0-9\s]|```.*?```|``(?!`).*?(?<!`)``(?!`)|`[^`]+`", re.ASCII | re.DOTALL)
INLINE = {
    "mention": r"<(@[!&]?|#)\d{1,20}>|@(everyone|here)",
    "command": r"</[-_'\w ]{1,100}:\d+>",
    "time": r"<t:-?\d+(:[tTdDfFsSR])?>",
    "emoji": r"<a?:\w{2,32}:\d{1,20}>",
    "guide": r"<id:(customize|browse|guide|linked-roles)>",
    "link": r"https?://[^\s<]|discord\.gg/\w|\[[^\]]+\]\(\s*<?https?:",
    "bold": r"\*\*\S.*?\*\*",
    "italic": r"(?<![*\w])\*(?!\s)[^*]+?(?<!\s)\*(?!\*)|(?<![\w_])_(?!\s)[^_]+?_(?!\w)",
    "underline": r"__\S.*?__",
    "strike": r"~~\S.*?~~",
    "spoiler": r"\|\|.+?\|\|",
}
LINE = {
    "heading": r"#{1,3} +\S",
    "small": r"-# +\S",
    "quote": r">(>>)? ",
    "list": r" *([-*]|\d+\.) +\S",
}
CONTROLS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def markup(text: str) -> list[str]:
    """The kinds of markup in it, e.g. `["mention", "bold"]`; what stands in code or behind a backslash is plain.

    Escapes and code are taken out from left to right, before the rest is looked at.
    """
    found = ["code"] if any(piece.startswith("`") for piece in PLAIN.findall(text)) else []
    plain = PLAIN.sub("\ue000", text)
    found += [kind for kind, pattern in INLINE.items() if re.search(pattern, plain, re.DOTALL)]
    found += [kind for kind, pattern in LINE.items() if re.search(rf"(?m)^{pattern}", plain)]
    return [*found, "direction"] if any(character in CONTROLS for character in plain) else found
