"""Opens what every command needs: the store and the media folder that the settings name."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.settings import Settings
from feedback.media import Media
from feedback.store import Store


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[tuple[Store, Media]]:
    """The store, migrated to this version's schema, and the media folder; closed at the end of the block."""
    settings.data.mkdir(parents=True, exist_ok=True)
    media = Media(settings.media, max_bytes=settings.max_image_bytes, max_pixels=settings.max_image_pixels)
    store = await Store.open(settings.url, settings.key())
    try:
        yield store, media
    finally:
        await store.close()
