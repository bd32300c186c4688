import pytest

from feedback.gold import KeptLabel, Stated, current_labels, merged_preference
from feedback.records import Choice, Label, Preference, Status


def kept(
    name: str,
    reading: int | None = 1,
    status: Status = "suggested",
    *,
    aspect: str = "lighting",
    span: tuple[int, int] | None = (0, 4),
    polarity: str = "positive",
    replaces: str | None = None,
) -> KeptLabel:
    label = Label(id=name, aspect=aspect, polarity=polarity, span=span, status=status, replaces=replaces)  # type: ignore[arg-type]
    return KeptLabel(label, reading)


def names(*labels: KeptLabel, newest: int | None = 1) -> list[str]:
    return [label.id for label in current_labels(labels, newest)]


@pytest.mark.parametrize(
    ("labels", "newest", "current"),
    [
        ([kept("a"), kept("b", aspect="color")], 1, ["a", "b"]),
        ([kept("a", status="rejected"), kept("b", aspect="color", status="confirmed")], 1, ["b"]),
        # A correction stands in the place of what it corrects, and so does the correction of a correction.
        ([kept("a"), kept("b", aspect="color"), kept("c", None, "corrected", replaces="a")], 1, ["c", "b"]),
        (
            [
                kept("a"),
                kept("b", aspect="color"),
                kept("c", None, "corrected", replaces="a"),
                kept("d", None, "corrected", replaces="c"),
            ],
            1,
            ["d", "b"],
        ),
        # A rejected correction does not bring back what it replaced.
        ([kept("a"), kept("c", None, "rejected", replaces="a")], 1, []),
        # An older reading's suggestions go, its gold stays.
        ([kept("a"), kept("b", aspect="color", status="confirmed"), kept("c", 2)], 2, ["b", "c"]),
        # What was answered is not suggested again on overlapping words, but elsewhere it is.
        ([kept("a", status="rejected"), kept("b", 2, span=(3, 9)), kept("c", 2, span=(4, 9))], 2, ["c"]),
        ([kept("a"), kept("b", None, "corrected", replaces="a", aspect="color"), kept("c", 2)], 2, ["b"]),
        # What was added by hand, with no evidence, answers no suggestion.
        ([kept("a", None, "corrected", span=None), kept("b", 2)], 2, ["a", "b"]),
        # Two suggestions of one reading never hide each other.
        ([kept("a", status="confirmed"), kept("b", span=(2, 6))], 1, ["a", "b"]),
        ([], None, []),
    ],
)
def test_current_labels(labels: list[KeptLabel], newest: int | None, current: list[str]) -> None:
    assert names(*labels, newest=newest) == current


def click(choice: Choice | None, opinion: str | None = None) -> Stated:
    return Stated(choice, opinion)


def words(choice: Choice | None, opinion: str = "o") -> Stated:
    return Stated(choice, opinion, 0.7)


@pytest.mark.parametrize(
    ("clicked", "said", "merged"),
    [
        (None, None, Preference(choice=None)),
        (None, words("A"), Preference(choice="A", confidence=0.7)),
        (click("B"), None, Preference(choice="B", source="click", status="confirmed")),
        (click("B"), words(None), Preference(choice="B", source="click", status="confirmed")),
        (click("B"), words("B"), Preference(choice="B", source="both", status="confirmed")),
        (click("B"), words("A"), Preference(choice="B", source="both", conflict=True)),
        (click("B", "o"), words("A"), Preference(choice="B", source="click", status="corrected")),
        (click("B", "earlier"), words("A"), Preference(choice="B", source="both", conflict=True)),
        (click(None, "o"), words("A"), Preference(choice=None, source="click", status="rejected")),
        (click(None), words("A"), Preference(choice="A", confidence=0.7)),
        (click(None), None, Preference(choice=None, source="click", status="rejected")),
    ],
)
def test_merged_preference(clicked: Stated | None, said: Stated | None, merged: Preference) -> None:
    assert merged_preference(clicked, said) == merged
