"""Files that Discord keeps: fetched from its own hosts only, and never more of them than wanted."""

import aiohttp
import yarl

from bot.discord_parts import Parts
from feedback.errors import NotFound
from feedback.media import BadImage

HOSTS = {"cdn.discordapp.com", "media.discordapp.net"}
PATIENCE = aiohttp.ClientTimeout(total=60)


async def download(parts: Parts, address: str) -> bytes:
    """The bytes behind an address of Discord's; a redirect, which could lead anywhere, is not followed."""
    host, ours = yarl.URL(address).host, yarl.URL(parts.settings.discord_api).host
    if host is None or (host not in HOSTS and host != ours):
        raise BadImage(f"{host} is not where Discord keeps files; attach the image to a message")
    content = bytearray()
    async with aiohttp.ClientSession(timeout=PATIENCE) as session, session.get(address, allow_redirects=False) as file:
        if file.status != 200:
            raise NotFound(f"the file is not there any more: Discord answered {file.status}")
        async for chunk in file.content.iter_chunked(1 << 16):
            content += chunk
            if len(content) > parts.media.max_bytes:
                raise BadImage(f"the file has more than {parts.media.max_bytes:,} bytes; send a smaller one")
    return bytes(content)
