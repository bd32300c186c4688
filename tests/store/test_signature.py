import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.ids import new_id
from feedback.signature import parse, signature

NAMES = st.from_regex(r"[a-z_]+", fullmatch=True)
VALUES = st.text(st.characters(exclude_characters="|"), min_size=1)


def test_a_signature_reads_like_sacrebleus() -> None:
    line = signature(normalizer="encoder-e5s.1", taxonomy=1, beam=4)
    assert line == "normalizer:encoder-e5s.1|taxonomy:1|beam:4"
    assert parse(line) == {"normalizer": "encoder-e5s.1", "taxonomy": "1", "beam": "4"}


@given(st.dictionaries(NAMES, VALUES, min_size=1))
def test_parts_come_back(parts: dict[str, str]) -> None:
    assert parse(signature(**parts)) == parts


@pytest.mark.parametrize("text", ["", "normalizer", "normalizer:", ":1", "a:1||b:2"])
def test_what_is_no_signature_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a signature"):
        parse(text)


@pytest.mark.parametrize("value", ["", "a|b"])
def test_a_value_that_would_not_come_back_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="normalizer"):
        signature(normalizer=value)


def test_ids_are_version_7_unique_and_sorted_by_time() -> None:
    ids = [new_id() for _ in range(10_000)]
    assert len(set(ids)) == 10_000
    assert ids[::100] == sorted(ids[::100])
    assert all(re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", one) for one in ids)
