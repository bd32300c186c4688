"""A person's own data as a file that Discord takes."""

import gzip
import json
from typing import Any, Final

from discord.utils import DEFAULT_FILE_SIZE_LIMIT_BYTES

EXPORT: Final = "opine-my-data.json"


def to_file(everything: dict[str, Any]) -> tuple[str, bytes]:
    """Name and content: JSON to be read, in gzip where Discord would refuse it as too large."""
    plain = json.dumps(everything, ensure_ascii=False, indent=1).encode()
    if len(plain) <= DEFAULT_FILE_SIZE_LIMIT_BYTES:
        return EXPORT, plain
    return f"{EXPORT}.gz", gzip.compress(plain, mtime=0)
