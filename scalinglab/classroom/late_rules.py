"""When an assignment is due, and what lateness costs: as it is typed, kept, told to students and worked out.

nbgrader's gradebook keeps the due date, in UTC. What lateness costs stands in ``late_rules.json`` of the class, by
assignment: nbgrader's plugin (``nbgrader.deadlines``) reads it there, and so does everything else.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from scalinglab._checks import fail
from scalinglab._files import write_atomically

FILE = "late_rules.json"
#: What is typed to take a rule away.
NONE = "none"
_RULE = re.compile(r"-(?P<amount>\d{1,6}(?:\.\d{1,4})?)(?P<percent>%?)/(?P<unit>day|hour)")
_DUE = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?")
_SECONDS = {"day": 86400, "hour": 3600}


@dataclass(frozen=True)
class LateRule:
    """So many points, or percent of what an assignment is worth, off for each day or hour that has begun.

    Parameters
    ----------
    amount
        Points or percent.
    percent
        Whether it is percent.
    unit
        ``"day"`` or ``"hour"``, counted from the due date: a second later, the first has begun.
    """

    amount: float
    percent: bool
    unit: str

    @classmethod
    def read(cls, text: str) -> LateRule:
        """A rule such as ``"-10%/day"``, ``"-5%/hour"`` or ``"-2/day"``.

        Raises
        ------
        ValueError
            If it is none, or takes nothing off.
        """
        found = _RULE.fullmatch(text)
        if not found or not float(found["amount"]):
            fail("late", "be a rule such as -10%/day, -5%/hour or -2/day", text)
        return cls(float(found["amount"]), bool(found["percent"]), found["unit"])

    def __str__(self) -> str:
        return f"-{self.amount:g}{'%' if self.percent else ''}/{self.unit}"

    def each(self, worth: float) -> float:
        """The points that one day or hour costs in an assignment that is worth so many."""
        return self.amount * worth / 100 if self.percent else self.amount

    def penalty(self, seconds: float, worth: float) -> float:
        """The points that so many seconds after the due date cost, to two decimals; never more than it is worth.

        >>> LateRule.read("-10%/day").penalty(86401, 45)
        9.0
        """
        begun = math.ceil(max(0.0, seconds) / _SECONDS[self.unit])
        return round(min(begun * self.each(worth), worth), 2)


@dataclass(frozen=True)
class Deadline:
    """What is to be set for assignments: None leaves what is there.

    Parameters
    ----------
    due
        With a time zone.
    late
        A rule, or ``NONE``.
    """

    due: datetime | None = None
    late: str | None = None

    @classmethod
    def read(cls, due: str | None, late: str | None) -> Deadline:
        """What was typed.

        Raises
        ------
        ValueError
            If the date or the rule is none.
        """
        if late is not None and late != NONE:
            late = str(LateRule.read(late))
        return cls(None if due is None else _moment(due), late)

    def __bool__(self) -> bool:
        return self.due is not None or self.late is not None


def _moment(text: str) -> datetime:
    """A date and time as typed, by this machine's clock unless it has an offset."""
    try:
        if not _DUE.fullmatch(text):
            raise ValueError(text)
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        fail("due", "be a date and a time, such as 2027-03-01T23:59 or 2027-03-01T23:59+01:00", text)


def read_rules(class_folder: Path) -> dict[str, LateRule]:
    """The rule of each assignment that has one.

    Raises
    ------
    ValueError
        If the file holds anything else.
    """
    path = class_folder / FILE
    if not path.is_file():
        return {}
    try:
        return {str(name): LateRule.read(str(rule)) for name, rule in json.loads(path.read_bytes()).items()}
    except (ValueError, AttributeError) as problem:
        raise ValueError(f"{path} must hold a rule for each assignment, such as -10%/day ({problem})") from problem


def write_rules(class_folder: Path, changed: Mapping[str, str]) -> None:
    """Enter rules, and take those away for which ``NONE`` is given; writes nothing if nothing changes."""
    before = {name: str(rule) for name, rule in read_rules(class_folder).items()}
    after = {name: rule for name, rule in {**before, **changed}.items() if rule != NONE}
    if after != before:
        text = json.dumps(after, indent=1, ensure_ascii=False, sort_keys=True)
        write_atomically(class_folder / FILE, f"{text}\n".encode())


def deadline_sentences(due: datetime | None, rule: LateRule | None, worth: float) -> tuple[str, str]:
    """When it is due, and what lateness costs; empty where there is neither.

    Parameters
    ----------
    due
        In UTC, as nbgrader has it.
    rule
    worth
        The points of the assignment.
    """
    if due is None:
        return "", ""
    when = f"Due on {in_words(due)}."
    if rule is None:
        return when, ""
    costs = f"{rule.each(worth):.2f}".rstrip("0").rstrip(".")
    share = f"{rule.amount:g} % of the {worth:g} points, which is {costs}," if rule.percent else f"{costs} points"
    return when, (
        f"If you hand in later, you lose {share} for each {rule.unit} that has begun since then. "
        "Your points never fall below 0."
    )


def in_release(sentences: tuple[str, str]) -> str:
    """What ``deadline_sentences`` says, as the text of a cell below the title; empty if it says nothing."""
    when, costs = sentences
    return f"**{when}** {costs}".strip() if when else ""


def in_words(due: datetime) -> str:
    """A time in UTC by this machine's clock: ``Monday, 1 March 2027, 23:59 (UTC+01:00)``."""
    local = due.replace(tzinfo=UTC).astimezone()
    clock = f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"
    offset = f"{local:%z}"
    return f"{local:%A}, {local.day} {local:%B} {local.year:04}, {clock} (UTC{offset[:3]}:{offset[3:5]})"
