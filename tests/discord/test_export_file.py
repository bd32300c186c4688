"""A person's own data, in a file that Discord takes."""

import gzip
import json

from discord.utils import DEFAULT_FILE_SIZE_LIMIT_BYTES

from bot.discord_export import to_file


def test_little_is_plain_and_much_is_compressed_to_the_same() -> None:
    for count, suffix in ((3, ".json"), (3_000, ".json.gz")):
        everything = {"opinions": [{"source_text": f"{number}: " + "ясно, 光 👍 " * 300} for number in range(count)]}
        name, content = to_file(everything)
        assert name.endswith(suffix)
        assert len(content) <= DEFAULT_FILE_SIZE_LIMIT_BYTES
        assert json.loads(gzip.decompress(content) if name.endswith(".gz") else content) == everything
