"""Existing comments coming in: every row is added, known already, or rejected with its line and a reason."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pictures import picture, write_pictures

from feedback import imports
from feedback.import_rows import ROLES
from feedback.imports import ImportReport, import_comments
from feedback.media import Media
from feedback.records import Critique
from feedback.rows import BadFile, read_rows
from feedback.store import Store


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_pictures(tmp_path / "in", "1.png", "2.png", "deep/3.png")
    return tmp_path / "in"


def rejects(report: ImportReport) -> dict[int, str]:
    if not report.rejected:
        return {}
    assert report.rejects
    rows = [json.loads(line) for line in report.rejects.read_text("utf-8").splitlines()]
    assert len(rows) == report.rejected
    return {row["line"]: row["reason"] for row in rows}


async def said(store: Store) -> dict[str, Critique]:
    return {critique.opinion.source_text: critique for critique in await store.critiques("talk", limit=1000)}


async def test_comments_become_opinions_with_work(store: Store, media: Media, folder: Path) -> None:
    file = folder / "comments.csv"
    file.write_text(
        "id,comment,image_a,image_b,author,lang,created_at,preference,prompt\n"
        '7,"B, la luz es más suave 😬\nde verdad",1.png,2.png,ana,es,2024-03-01T10:00:00+01:00,B,a cat\n'
        "8,右の方が好き,1.png,2.png,ken,ja,1700000000,tie,a cat\n"
        "9,lovely,deep/3.png,,ana,,,,\n",
        "utf-8-sig",
    )
    seen: list[tuple[int, int]] = []
    report = await import_comments(store, media, file, campaign="talk", progress=lambda *step: seen.append(step))
    assert (report.added, report.known, report.rejected) == (3, 0, 0)
    assert report.new_campaign
    assert seen == [(file.stat().st_size, file.stat().st_size)]
    critiques = await said(store)
    ana = critiques["B, la luz es más suave 😬\nde verdad"]
    assert ana.opinion.channel == "import"
    assert ana.opinion.declared_language == "es"
    assert ana.opinion.created_at == datetime(2024, 3, 1, 9, tzinfo=UTC)
    assert [media.read(image.sha256) for image in ana.images] == [
        (folder / name).read_bytes() for name in ("1.png", "2.png")
    ]
    assert (ana.preference.choice, ana.preference.source) == ("B", "click")
    ken = critiques["右の方が好き"]
    assert ken.preference.choice == "tie"
    assert ken.opinion.created_at == datetime.fromtimestamp(1700000000, UTC)
    assert ken.opinion.comparison_id == ana.opinion.comparison_id
    assert ken.opinion.annotator_id != ana.opinion.annotator_id == critiques["lovely"].opinion.annotator_id
    assert critiques["lovely"].opinion.kind == "single"
    assert (await store.work_counts())["waiting"] == 3
    assert not (folder / "comments.csv.rejects.jsonl").exists()


async def test_every_bad_row_is_rejected_with_line_and_reason(store: Store, media: Media, folder: Path) -> None:
    (folder / "broken.png").write_bytes(picture(5)[:-40])
    (folder.parent / "outside.png").write_bytes(picture(6))
    file = folder / "comments.csv"
    rows = {
        "fine,1.png,,,,ann": None,
        ",1.png,,,,ann": "says nothing",
        "\u200b\u2060,1.png,,,,ann": "the text is empty",
        "no image,,,,,ann": "names no image",
        "gap,,2.png,,,ann": "gap",
        "same,1.png,1.png,,,ann": "same image twice",
        "web,https://example.org/1.png,,,,ann": "is an address",
        "missing,nowhere.png,,,,ann": "nowhere.png cannot be read",
        "cut,broken.png,,,,ann": "cut off",
        "cut again,broken.png,,,,ann": "cut off",
        "escape,../outside.png,,,,ann": "lies outside",
        "language,1.png,,English!,,ann": "BCP 47",
        "choice,1.png,2.png,,2,ann": "is none of A, B and tie",
        "single,1.png,,,A,ann": "is none of",
        "x" * 4001 + ",1.png,,,,ann": "4000 at most",
        "too,few": "2 cells, but 6 columns",
        'quote "inside"x,"1.png"x,,,,ann': "not well-formed CSV",
        "nul\0,1.png,,,,ann": "NUL",
        "in the other order,2.png,1.png,,,bob": None,
        "order,1.png,2.png,,,bob": "another order",
    }
    file.write_text("text,image_a,image_b,lang,preference,user\n" + "".join(f"{row}\n" for row in rows))
    report = await import_comments(store, media, file, campaign="talk")
    wanted = {line: reason for line, reason in enumerate(rows.values(), start=2) if reason}
    told = rejects(report)
    assert sorted(told) == sorted(wanted)
    for line, reason in wanted.items():
        assert reason in told[line], line
    assert report.added == 2
    assert set(await said(store)) == {"fine", "in the other order"}
    assert "rejected" in str(report)
    assert "line 3: says nothing" in str(report)


async def test_bytes_that_are_not_utf8_spoil_their_own_row_only(store: Store, media: Media, folder: Path) -> None:
    file = folder / "mixed.csv"
    file.write_bytes(
        "text;image\nschön;1.png\n".encode() + "schade;1.png\nühm;1.png\n".encode("latin-1") + b"ok;1.png\n"
    )
    report = await import_comments(store, media, file, campaign="talk")
    assert list(rejects(report)) == [4]
    assert "not UTF-8" in rejects(report)[4]
    assert set(await said(store)) == {"schön", "schade", "ok"}
    raw = json.loads((folder / "mixed.csv.rejects.jsonl").read_text("utf-8"))["row"]
    assert raw == r"\xfchm;1.png"


async def test_utf16_from_a_spreadsheet_is_read(store: Store, media: Media, folder: Path) -> None:
    file = folder / "sheet.csv"
    file.write_text("text\timage\nгарно\t1.png\n", "utf-16")
    assert (await import_comments(store, media, file, campaign="talk")).added == 1
    assert set(await said(store)) == {"гарно"}


async def test_jsonl_with_other_columns(store: Store, media: Media, folder: Path) -> None:
    file = folder / "comments.jsonl"
    lines = [
        {"Kommentar": "schön", "Bild": "1.png", "wer": 17},
        {"Kommentar": None, "Bild": "1.png"},
        {"Kommentar": "auch schön", "Bild": "1.png", "wer": 17, "created_at": 1700000000123},
    ]
    file.write_text(
        "".join(json.dumps(line) + "\n" for line in lines)
        + '["no object"]\n{"half\n\n{"Kommentar": "\\ud800", "Bild": "1.png"}\n'
    )
    columns = {"text": "Kommentar", "image": "Bild", "annotator": "wer"}
    report = await import_comments(store, media, file, campaign="talk", columns=columns)
    assert report.added == 2
    told = rejects(report)
    assert sorted(told) == [2, 4, 5, 7]
    assert "nothing in Kommentar" in told[2]
    assert "not a JSON object" in told[4]
    assert "not JSON" in told[5]
    assert "half a character" in told[7]
    critiques = await said(store)
    assert len({critique.opinion.annotator_id for critique in critiques.values()}) == 1
    assert critiques["auch schön"].opinion.created_at == datetime.fromtimestamp(1700000000.123, UTC)


async def test_running_again_adds_only_what_is_new(store: Store, media: Media, folder: Path) -> None:
    file = folder / "comments.csv"
    head = "text,image_a,image_b,preference,user\n"
    file.write_text(head + "one,1.png,2.png,A,ann\ntwo,1.png,2.png,,bob\n,1.png,2.png,B,cid\n")
    assert (await import_comments(store, media, file, campaign="talk")).added == 3
    before = await store.preferences("talk")
    file.write_text(file.read_text() + "three,deep/3.png,,,\n")
    again = await import_comments(store, media, file, campaign="talk")
    assert (again.added, again.known, again.rejected, again.new_campaign) == (1, 3, 0, False)
    assert set(await said(store)) == {"one", "two", "three"}
    assert await store.preferences("talk") == before
    assert sorted(stated.preference.choice or "" for stated in before) == ["A", "B"]


async def test_an_id_that_comes_with_other_words_is_rejected(store: Store, media: Media, folder: Path) -> None:
    file = folder / "comments.csv"
    file.write_text("id,text,image,user\n1,one,1.png,ann\n1,one,1.png,ann\n1,another,1.png,ann\n1,hers,1.png,bea\n")
    report = await import_comments(store, media, file, campaign="talk")
    assert (report.added, report.known) == (2, 1)
    assert "has this id already" in rejects(report)[4]


async def test_stopped_half_way_it_goes_on_where_it_was(
    store: Store, media: Media, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "BATCH", 10)
    file = folder / "comments.csv"
    file.write_text("text,image,user\n" + "".join(f"number {number},1.png,u{number % 3}\n" for number in range(35)))

    def stop(done: int, total: int) -> None:
        if done > total / 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await import_comments(store, media, file, campaign="talk", progress=stop)
    part = len(await said(store))
    assert 0 < part <= 35
    report = await import_comments(store, media, file, campaign="talk")
    assert (report.added, report.known) == (35 - part, part)
    assert len(await said(store)) == 35


async def test_unnamed_people_are_not_one_person(store: Store, media: Media, folder: Path) -> None:
    file = folder / "comments.csv"
    file.write_text("text,image\nyes,1.png\nno,1.png\n")
    await import_comments(store, media, file, campaign="talk")
    assert len({critique.opinion.annotator_id for critique in (await said(store)).values()}) == 2


async def test_who_asked_to_be_forgotten_is_not_brought_back(store: Store, media: Media, folder: Path) -> None:
    file = folder / "comments.csv"
    file.write_text("text,image,user\nhers,1.png,ann\nhis,1.png,bob\n")
    await import_comments(store, media, file, campaign="talk")
    await store.erase((await said(store))["hers"].opinion.annotator_id)
    report = await import_comments(store, media, file, campaign="talk")
    assert (report.added, report.known) == (0, 1)
    assert "asked to be forgotten" in rejects(report)[2]
    assert set(await said(store)) == {"his"}


async def test_comparisons_of_the_campaign_are_used_again(store: Store, media: Media, folder: Path) -> None:
    campaign = await store.create_campaign("talk", "Talk")
    ids = [
        (await store.add_image(campaign.id, media.take((folder / name).read_bytes()))).id for name in ("1.png", "2.png")
    ]
    comparison = await store.add_comparison(campaign.id, ids)
    file = folder / "comments.csv"
    file.write_text("text,image_a,image_b,preference,user\nleft,2.png,1.png,A,ann\n")
    await import_comments(store, media, file, campaign="talk")
    critique = (await said(store))["left"]
    assert critique.opinion.comparison_id == comparison.id
    assert [image.id for image in critique.images] == [ids[1], ids[0]]
    assert critique.preference.choice == "A"
    assert len(await store.list_comparisons(campaign.id)) == 1


@pytest.mark.parametrize(
    ("content", "columns", "says"),
    [
        ("", {}, "is empty"),
        ("text,image\n", {"words": "text"}, "no role 'words'"),
        ("text,image\n", {"text": "comment"}, "no column 'comment'; it has text, image"),
        ("text,text\n", {}, "name each column once"),
    ],
)
async def test_an_unusable_file_is_refused(
    store: Store, media: Media, folder: Path, content: str, columns: dict[str, str], says: str
) -> None:
    file = folder / "comments.csv"
    file.write_text(content)
    with pytest.raises(BadFile, match=says):
        await import_comments(store, media, file, campaign="talk", columns=columns)
    assert await store.list_campaigns() == []


async def test_names_that_cannot_be(store: Store, media: Media, folder: Path) -> None:
    file = folder / "comments.csv"
    file.write_text("text,image\n")
    with pytest.raises(BadFile, match="no name for a campaign"):
        await import_comments(store, media, file, campaign="No Good")
    with pytest.raises(BadFile, match="there is no file"):
        await import_comments(store, media, folder / "nothing.csv", campaign="talk")
    with pytest.raises(BadFile, match="name another one"):
        await import_comments(store, media, file, campaign="talk", rejects=file)


CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=5), form=st.sampled_from(["csv", "jsonl"]))
def test_cells_come_back_as_they_were_written(tmp_path: Path, rows: list[tuple[str, str]], form: str) -> None:
    import csv

    file = tmp_path / f"cells.{form}"
    with file.open("w", encoding="utf-8", newline="") as target:
        if form == "csv":
            csv.writer(target, quoting=csv.QUOTE_ALL).writerows([("a", "b"), *rows])
        else:
            target.writelines(json.dumps({"a": a, "b": b}, ensure_ascii=False) + "\n" for a, b in rows)
    read = list(read_rows(file))
    assert [(row.cells["a"], row.cells["b"]) for row in read] == rows
    assert all(row.problem is None for row in read)


def test_every_role_and_column_name_is_documented() -> None:
    page = (Path(__file__).parent.parent / "docs" / "importing.md").read_text("utf-8").split("## Campaigns")[0]
    for role, names in ROLES.items():
        (row,) = (line for line in page.splitlines() if line.startswith(f"| `{role}` |"))
        assert row.split("|")[2].strip() == ", ".join(f"`{name}`" for name in names)
