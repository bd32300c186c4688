"""Which pictures of a message can be asked about: those that Discord itself keeps, wherever they are shown."""

from types import SimpleNamespace
from typing import Any

import discord
from discord.components import _component_factory

from bot.discord_asked import MOST, pictures_of

PARTS: Any = SimpleNamespace(settings=SimpleNamespace(discord_api=""))
OURS = "https://cdn.discordapp.com/attachments/1/2/"


def attached(name: str, content_type: str | None = "image/png") -> Any:
    return SimpleNamespace(url=OURS + name, content_type=content_type)


def media(url: str, proxy: str = "", content_type: str | None = "image/png") -> dict[str, Any]:
    return {"url": url, "proxy_url": proxy, "content_type": content_type}


def found(**shown: Any) -> list[str]:
    given: Any = SimpleNamespace(**({"attachments": [], "components": [], "embeds": []} | shown))
    return [address.removeprefix(OURS) for address in pictures_of(PARTS, given)]


def components(*data: dict[str, Any]) -> list[Any]:
    return [_component_factory(one) for one in data]  # type: ignore[arg-type]


def gallery(*items: dict[str, Any]) -> dict[str, Any]:
    return {"type": 12, "id": 1, "items": [{"media": one, "description": None, "spoiler": False} for one in items]}


def test_attachments_that_are_images() -> None:
    assert found(attachments=[attached("a"), attached("b", "video/mp4"), attached("c", None)]) == ["a"]
    many = [attached(str(number)) for number in range(MOST + 3)]
    assert found(attachments=many) == [str(number) for number in range(MOST)]


def test_galleries_and_thumbnails_also_inside_of_others() -> None:
    text = {"type": 10, "id": 4, "content": "look"}
    thumbnail = {"type": 11, "id": 5, "media": media(OURS + "c"), "description": None, "spoiler": False}
    section = {"type": 9, "id": 3, "components": [text], "accessory": thumbnail}
    container = {"type": 17, "id": 2, "components": [gallery(media(OURS + "b")), section], "accent_color": None}
    shown = components(gallery(media(OURS + "a"), media(OURS + "film", content_type="video/mp4")), container)
    assert found(components=shown) == ["a", "b", "c"]
    assert found(attachments=[attached("a")], components=shown) == ["a", "b", "c"]


def test_of_pictures_elsewhere_discords_copy_and_of_those_without_one_nothing() -> None:
    elsewhere = "https://example.org/p.png"
    copy = "https://images-ext-1.discordapp.net/external/x/p.png"
    assert found(components=components(gallery(media(elsewhere, copy), media(elsewhere)))) == [copy]


def test_previews_of_links_by_their_image_or_else_their_thumbnail() -> None:
    image, small = {"url": OURS + "image"}, {"url": OURS + "small"}
    both = discord.Embed.from_dict({"image": image, "thumbnail": small})
    only = discord.Embed.from_dict({"thumbnail": {"url": "https://example.org/s.png", "proxy_url": OURS + "copy"}})
    assert found(embeds=[both, only, discord.Embed(title="words")]) == ["image", "copy"]
