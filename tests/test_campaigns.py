"""Campaigns from folders: what is compared with what, and that nothing is left out in silence."""

import re
from pathlib import Path

import pytest
from pictures import picture, write_pictures

from bot.campaigns import COLUMNS, Summary, create_from_folder
from feedback.errors import Conflict
from feedback.media import Media, NoRoom
from feedback.rows import BadFile
from feedback.store import Store


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "images").mkdir()
    return tmp_path / "images"


def names_by_hash(media: Media, folder: Path) -> dict[str, str]:
    return {
        media.examine(path.read_bytes()).sha256: path.relative_to(folder).as_posix() for path in folder.rglob("*.png")
    }


async def compared(store: Store, media: Media, summary: Summary, folder: Path) -> list[list[str]]:
    names = names_by_hash(media, folder)
    made = await store.list_comparisons(summary.campaign.id)
    return [[names[image.sha256] for image in comparison.images] for comparison in made]


async def test_names_and_subfolders_say_what_belongs_together(store: Store, media: Media, folder: Path) -> None:
    write_pictures(folder, "cat_2.png", "cat_1.png", "dog-a.png", "dog-b.png", "dog-c.png", "alone.png")
    write_pictures(folder, "sets/sea/x.png", "sets/sea/y.png")
    summary = await create_from_folder(store, media, "mine", "Mine", folder, question="Which one?")
    assert sorted(await compared(store, media, summary, folder)) == [
        ["alone.png"],
        ["cat_1.png", "cat_2.png"],
        ["dog-a.png", "dog-b.png", "dog-c.png"],
        ["sets/sea/x.png", "sets/sea/y.png"],
    ]
    assert (summary.campaign.name, summary.campaign.title, summary.campaign.question) == ("mine", "Mine", "Which one?")
    assert (summary.comparisons, len(summary.images), summary.refused) == (4, 8, [])
    assert str(summary) == "campaign mine: 4 comparisons of 8 images"


async def test_many_that_belong_together_are_paired_as_people_count(store: Store, media: Media, folder: Path) -> None:
    write_pictures(folder, *(f"IMG_{number}.png" for number in (1, 2, 9, 10, 11)))
    summary = await create_from_folder(store, media, "mine", "Mine", folder)
    assert await compared(store, media, summary, folder) == [
        ["IMG_1.png", "IMG_2.png"],
        ["IMG_9.png", "IMG_10.png"],
        ["IMG_11.png"],
    ]


async def test_what_cannot_be_used_is_told(store: Store, media: Media, folder: Path) -> None:
    write_pictures(folder, "a_1.png", "a_2.png", "b_1.png", ".hidden.png")
    (folder / "b_2.png").write_bytes(picture(1)[:-30])
    (folder / "c_1.png").write_bytes((folder / "a_1.png").read_bytes())
    (folder / "c_2.png").write_bytes((folder / "a_1.png").read_bytes())
    (folder / "notes.txt").write_text("hello")
    seen: list[tuple[int, int]] = []
    summary = await create_from_folder(store, media, "mine", "Mine", folder, progress=lambda *step: seen.append(step))
    assert await store.list_comparisons(summary.campaign.id) != []
    assert summary.comparisons == 1
    reasons = dict(summary.refused)
    assert "not named as an image" in reasons["notes.txt"]
    assert "b_2.png: the image is cut off" in reasons["b_1.png + b_2.png"]
    assert "same image twice" in reasons["c_1.png + c_2.png"]
    assert len(reasons) == 3
    assert seen == [(done, 6) for done in range(1, 7)]


async def test_a_list_says_what_is_compared(store: Store, media: Media, folder: Path) -> None:
    write_pictures(folder, "1.png", "2.png", "deep/3.png", "4.png")
    listed = folder.parent / "pairs.csv"
    listed.write_text(
        "image_a,image_b,image_c,prompt,generator_a,generator_b,seed_a\n"
        '1.png,2.png,,"a cat, asleep",sdxl,flux,18446744073709551615\n'
        "deep/3.png,,,,,,\n"
        "\n"
        "2.png,deep/3.png,4.png,three,,,\n",
        "utf-8-sig",
    )
    summary = await create_from_folder(store, media, "mine", "Mine", folder, listed)
    assert await compared(store, media, summary, folder) == [
        ["1.png", "2.png"],
        ["deep/3.png"],
        ["2.png", "deep/3.png", "4.png"],
    ]
    first = (await store.list_comparisons(summary.campaign.id))[0]
    assert first.prompt == "a cat, asleep"
    assert [image.generator for image in first.images] == ["sdxl", "flux"]
    assert [image.seed for image in first.images] == [2**64 - 1, None]
    assert summary.refused == []


async def test_every_bad_row_of_a_list_is_told_with_its_line(store: Store, media: Media, folder: Path) -> None:
    write_pictures(folder, "1.png", "2.png")
    (folder.parent / "outside.png").write_bytes(picture(7))
    listed = folder.parent / "pairs.csv"
    listed.write_text(
        "image_a,image_b,image_c,seed_a\n"
        "1.png,2.png,,\n"
        "1.png,missing.png,,\n"
        "1.png,,2.png,\n"
        "../outside.png,1.png,,\n"
        "1.png,2.png,,three\n"
        "1.png,2.png\n"
        ",,,4\n"
        "1.png,1.png,,\n"
    )
    summary = await create_from_folder(store, media, "mine", "Mine", folder, listed)
    told = {int(where.split()[-1]): reason for where, reason in summary.refused}
    assert summary.comparisons == 1
    assert sorted(told) == [3, 4, 5, 6, 7, 8, 9]
    assert "missing.png: No such file" in told[3]
    assert "gap" in told[4]
    assert "outside" in told[5]
    assert "'three' is not a whole number" in told[6]
    assert "2 cells, but 4 columns" in told[7]
    assert "no image" in told[8]
    assert "twice" in told[9]


@pytest.mark.parametrize(
    ("header", "says"),
    [("left,right\n", "no column image_a"), ("image_a,imageb\n", "unknown column 'imageb'"), ("", "is empty")],
)
async def test_an_unusable_list_makes_no_campaign(
    store: Store, media: Media, folder: Path, header: str, says: str
) -> None:
    listed = folder / "pairs.csv"
    listed.write_text(header)
    with pytest.raises(BadFile, match=says):
        await create_from_folder(store, media, "mine", "Mine", folder, listed)
    assert await store.list_campaigns() == []


async def test_a_taken_name_is_refused_before_any_image_is_read(store: Store, media: Media, folder: Path) -> None:
    write_pictures(folder, "1.png")
    await store.create_campaign("mine", "the first")
    with pytest.raises(Conflict, match="choose another name"):
        await create_from_folder(store, media, "mine", "Mine", folder)
    assert not media.folder.exists()


async def test_a_full_disk_makes_no_campaign(store: Store, folder: Path) -> None:
    class FullMedia(Media):
        def _keep(self, sha256: str, data: bytes) -> None:
            raise NoRoom(28, "there is no room left")

    write_pictures(folder, "1.png")
    with pytest.raises(NoRoom):
        await create_from_folder(store, FullMedia(folder.parent / "media"), "mine", "Mine", folder)
    assert await store.list_campaigns() == []


def test_every_column_of_the_list_is_documented() -> None:
    page = (Path(__file__).parent.parent / "docs" / "campaigns.md").read_text("utf-8")
    rows = re.findall(r"^\| (`[^|]+) \|", page.split("With a manifest")[1], re.MULTILINE)
    documented = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
    ranges = [name for name in documented if name.endswith(("_a", "_d")) and not name.startswith("image")]
    assert set(documented) - set(ranges) == {"image_a", "image_b", "image_c", "image_d", "prompt"}
    assert set(ranges) == {name for name in COLUMNS if name.endswith(("_a", "_d")) and not name.startswith("image")}
