"""Any text comes back from Parquet and JSONL as it was, and no group of images is on two sides."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from export_world import ASTRONAUT, opinion_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pictures import picture

from feedback.export.critiques import Critiques
from feedback.export.selection import Selection
from feedback.export.splits import SPLITS, Groups
from feedback.export.target import Place
from feedback.media import Media
from feedback.records import Comparison, Critique, Image, Label

WORDS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=30
) | st.sampled_from(
    [
        ASTRONAUT,
        "🏳️‍🌈🏳️‍🌈",
        "e\u0301\u0323",
        "\u202eabc\u202c שלום",
        'line\u2028separator\r\n"quoted"',
        "ZWJ\u200d\u200d👨‍👩‍👧‍👦",
    ]
)
NOW = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
PAIRS = st.lists(
    st.tuples(st.integers(0, 12), st.integers(0, 12), st.sampled_from([None, "a cat", "A cat ", "sea"])), max_size=12
)


def critique_of(text: str, span: tuple[int, int], image: Image) -> Critique:
    label = Label(id="l", aspect="overall", polarity="neutral", span=span, value=text, value_raw=text[slice(*span)])
    opinion = opinion_of("." + text)
    return Critique(opinion=opinion, images=(image,), reading=None, labels=(label,))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(WORDS, min_size=1, max_size=4), data=st.data())
def test_spans_and_texts_survive_both_formats(tmp_path: Path, texts: list[str], data: st.DataObject) -> None:
    shutil.rmtree(tmp_path / "data", ignore_errors=True)
    image = Image(id="i", campaign_id="k", **Media(tmp_path).examine(picture(1)).model_dump())
    said = []
    for text in texts:
        start = data.draw(st.integers(0, len(text)))
        said.append((text, (start, data.draw(st.integers(start + 1, len(text) + 1)))))
    table = Critiques(tmp_path, Selection())
    for text, span in said:
        table.take_critique(critique_of(text, span, image), Place("k", text, "train"))
    table.close()
    rows = pq.read_table(tmp_path / "data/critiques/train.parquet").to_pylist()
    lines = [json.loads(line) for line in (tmp_path / "data/critiques/train.jsonl").read_text("utf-8").split("\n")[:-1]]
    for line in lines:
        line["created_at"] = datetime.fromisoformat(line["created_at"])
    wanted = [("." + text, ("." + text)[slice(*span)], text, text[slice(*span)], text, NOW) for text, span in said]
    columns = ("source_text", "evidence", "value", "value_raw", "prompt", "created_at")
    for found in (rows, lines):
        assert [tuple(row[name] for name in columns) for row in found] == wanted
        assert all(row["source_text"][row["evidence_start"] : row["evidence_end"]] == row["evidence"] for row in found)


@settings(deadline=None)
@given(PAIRS, st.randoms())
def test_no_image_and_no_prompt_is_on_two_sides(pairs: list[tuple[int, int, str | None]], random: Any) -> None:
    facts = Media(Path("unused")).examine(picture(1)).model_dump()
    images = [Image(id=f"i{n}", campaign_id="k", **facts | {"sha256": f"{n:064}"}) for n in range(13)]
    comparisons = [
        Comparison(id="c", campaign_id="k", kind="pair", images=(images[a], images[b]), prompt=prompt)
        for a, b, prompt in pairs
    ]
    groups, shuffled = Groups(), Groups()
    for comparison in comparisons:
        groups.add(comparison)
    for comparison in random.sample(comparisons, len(comparisons)):
        shuffled.add(comparison)
    prompts: dict[str, set[str]] = {}
    for comparison in comparisons:
        sides = {groups.split_of(image) for image in comparison.images}
        assert sides == {shuffled.split_of(image) for image in comparison.images}
        assert len(sides) == 1
        prompts.setdefault((comparison.prompt or comparison.images[0].id).strip().casefold(), set()).update(sides)
    assert all(len(sides) == 1 for sides in prompts.values())


def test_splits_are_eighty_ten_ten() -> None:
    facts = Media(Path("unused")).examine(picture(1)).model_dump()
    groups = Groups()
    counts = dict.fromkeys(SPLITS, 0)
    for number in range(3000):
        image = Image(id="i", campaign_id="k", **facts | {"sha256": f"{number:064}"})
        groups.add(Comparison(id=f"{number}", campaign_id="k", kind="single", images=(image,)))
        counts[groups.split_of(image)] += 1
    assert 0.77 < counts["train"] / 3000 < 0.83
    assert 0.08 < counts["validation"] / 3000 < 0.12


@given(
    st.lists(st.tuples(st.integers(50, 90), st.integers(50, 90)), min_size=1, max_size=12),
    st.integers(0, 49) | st.integers(91, 140),
)
def test_a_group_stays_where_it_is_when_a_new_image_joins_it(pairs: list[tuple[int, int]], joined: int) -> None:
    facts = Media(Path("unused")).examine(picture(1)).model_dump()

    def image(number: int) -> Image:
        return Image(id=f"{number}", campaign_id="k", **facts | {"sha256": f"{number:064}"})

    def pair(number: int, *of: int) -> Comparison:
        return Comparison(id=f"{number:03}", campaign_id="k", kind="pair", images=tuple(map(image, of)))

    before, after = Groups(), Groups()
    for number, of in enumerate(pairs):
        before.add(pair(number, *of))
        after.add(pair(number, *of))
    after.add(pair(999, joined, pairs[0][0]))  # an image that nobody saw before, beside one of the group's
    assert all(before.split_of(image(one)) == after.split_of(image(one)) for of in pairs for one in of)
    assert after.split_of(image(joined)) == before.split_of(image(pairs[0][0]))
