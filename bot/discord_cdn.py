"""Files that Discord keeps: fetched from its own hosts only, and never more of them than wanted."""

import aiohttp
import yarl

from bot.discord_parts import Parts
from feedback.errors import NotFound
from feedback.media import BadImage

# The last two keep copies of pictures that are elsewhere.
HOSTS = {"cdn.discordapp.com", "media.discordapp.net", "images-ext-1.discordapp.net", "images-ext-2.discordapp.net"}
PATIENCE = aiohttp.ClientTimeout(total=60)


def is_theirs(parts: Parts, address: str) -> bool:
    """Whether it is Discord that keeps what is behind the address."""
    try:
        host = yarl.URL(address).host
    except ValueError:
        return False
    return host is not None and (host in HOSTS or host == yarl.URL(parts.settings.discord_api).host)


async def download(parts: Parts, address: str) -> bytes:
    """The bytes behind an address of Discord's; a redirect, which could lead anywhere, is not followed."""
    if not is_theirs(parts, address):
        raise BadImage(f"{address} is not where Discord keeps files; attach the image to a message")
    content = bytearray()
    async with aiohttp.ClientSession(timeout=PATIENCE) as session, session.get(address, allow_redirects=False) as file:
        if file.status != 200:
            raise NotFound(f"the file is not there any more: Discord answered {file.status}")
        async for chunk in file.content.iter_chunked(1 << 16):
            content += chunk
            if len(content) > parts.media.max_bytes:
                raise BadImage(f"the file has more than {parts.media.max_bytes:,} bytes; send a smaller one")
    return bytes(content)
