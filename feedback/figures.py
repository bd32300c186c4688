"""A campaign in figures: frozen records for whoever draws or prints them."""

from datetime import date

from feedback.records import Record


class DayFigure(Record):
    """How many opinions came in on a day (UTC)."""

    day: date
    opinions: int


class LanguageFigure(Record):
    """How many opinions were read as this language (BCP 47; "und": as none that is known)."""

    language: str
    opinions: int


class AspectFigure(Record):
    """How many labels of an aspect hold now: gold, and suggestions that nobody has answered."""

    aspect: str
    positive: int = 0
    negative: int = 0
    neutral: int = 0

    @property
    def total(self) -> int:
        return self.positive + self.negative + self.neutral


class CampaignFigures(Record):
    """What came of a campaign so far; the days are the last ones up to today, all others count from its beginning."""

    opinions: int
    people: int  # who said or chose something
    by_day: tuple[DayFigure, ...]  # oldest first, days without an opinion among them
    by_language: tuple[LanguageFigure, ...]  # most opinions first; those not read yet are missing
    by_aspect: tuple[AspectFigure, ...]  # most labels first
    pairs: int  # of two people who both answered the same comparison
    agreement: float | None  # the share of pairs who chose the same image, or both called it a tie; None: no pairs
