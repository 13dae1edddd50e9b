"""What lateness costs, to the second and the cent; and that nothing but a date and a rule is taken for one."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from scalinglab.classroom.late_rules import (
    FILE,
    NONE,
    Deadline,
    LateRule,
    deadline_sentences,
    in_words,
    read_rules,
    write_rules,
)

DAY, HOUR = 86400, 3600


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch):
    """The machine's clock shows the time of Berlin."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("rule", "seconds", "worth", "points"),
    [
        ("-10%/day", 0, 45, 0),
        ("-10%/day", 0.5, 45, 4.5),  # it has begun
        ("-10%/day", DAY, 45, 4.5),
        ("-10%/day", DAY + 1, 45, 9),
        ("-10%/day", 10 * DAY, 45, 45),
        ("-10%/day", 400 * DAY, 45, 45),  # never below 0 points
        ("-5%/hour", 3 * HOUR + 60, 60, 12),
        ("-2/day", 2 * DAY + 1, 45, 6),
        ("-0.5/hour", HOUR, 45, 0.5),
        ("-7%/day", 3 * DAY, 45, 9.45),  # not 9.450000000000001
        ("-33.3%/day", DAY, 10, 3.33),
    ],
)
def test_each_day_or_hour_that_has_begun_costs_the_same(rule, seconds, worth, points):
    assert LateRule.read(rule).penalty(seconds, worth) == points
    assert str(LateRule.read(rule)) == rule


@pytest.mark.parametrize(
    "text", ["10%/day", "-10%", "-10/week", "-0%/day", "- 10%/day", "-10 %/day", "-x/day", "", "-1e3/day", "--5/day"]
)
def test_what_is_no_rule_is_told(text):
    with pytest.raises(ValueError, match=r"late must be a rule such as -10%/day"):
        Deadline.read("2027-03-01T23:59", text)


NO_TIME = ("tomorrow", "", "23:59", "2027-03-01", "20270301T2359", "2027-03-01T23:59+1", "2027-03-01T23:59 CET")
NO_SUCH_TIME = ("2027-13-01T10:00", "2027-03-01T25:00", "2027-02-30T10:00", "0001-01-01T00:00+14:00")


@pytest.mark.parametrize("text", [*NO_TIME, *NO_SUCH_TIME])
def test_what_is_no_date_and_time_is_told(text):
    with pytest.raises(ValueError, match="due must be a date and a time, such as 2027-03-01T23:59"):
        Deadline.read(text, None)


@pytest.mark.usefixtures("berlin")
@pytest.mark.parametrize(
    ("typed", "utc", "words"),
    [
        ("2027-03-01T23:59", (3, 1, 22, 59), "Monday, 1 March 2027, 23:59 (UTC+01:00)"),
        ("2027-07-01 23:59", (7, 1, 21, 59), "Thursday, 1 July 2027, 23:59 (UTC+02:00)"),  # summer time
        ("2027-03-01T23:59-05:00", (3, 2, 4, 59), "Tuesday, 2 March 2027, 05:59 (UTC+01:00)"),
        ("2027-03-01T23:59:30Z", (3, 1, 23, 59, 30), "Tuesday, 2 March 2027, 00:59:30 (UTC+01:00)"),
    ],
)
def test_a_time_is_that_of_this_machine_unless_it_says_another_zone(typed, utc, words):
    due = Deadline.read(typed, None).due
    assert due == datetime(2027, *utc, tzinfo=UTC)
    assert in_words(due.replace(tzinfo=None)) == words  # as nbgrader's gradebook has it


def test_students_read_what_it_costs_in_points():
    due = datetime(2027, 3, 1, 22, 59)
    assert deadline_sentences(due, LateRule.read("-10%/day"), 45)[1] == (
        "If you hand in later, you lose 10 % of the 45 points, which is 4.5, for each day that has begun since then. "
        "Your points never fall below 0."
    )
    assert "you lose 2 points for each hour" in deadline_sentences(due, LateRule.read("-2/hour"), 45)[1]
    assert deadline_sentences(due, None, 45)[1] == ""
    assert deadline_sentences(None, LateRule.read("-2/hour"), 45) == ("", "")


def test_rules_are_kept_changed_and_taken_away(tmp_path):
    assert read_rules(tmp_path) == {}
    write_rules(tmp_path, {"a": NONE})
    assert not (tmp_path / FILE).exists()
    write_rules(tmp_path, {"a": "-10%/day", "b": "-2/hour"})
    written = (tmp_path / FILE).stat().st_mtime_ns
    write_rules(tmp_path, {"b": "-2/hour"})
    assert (tmp_path / FILE).stat().st_mtime_ns == written
    write_rules(tmp_path, {"a": NONE})
    assert read_rules(tmp_path) == {"b": LateRule(2, False, "hour")}


@pytest.mark.parametrize("text", ["[]", "{", '{"a": 3}', '{"a": "10%"}', "null"])
def test_a_damaged_file_is_told(tmp_path, text):
    (tmp_path / FILE).write_text(text)
    with pytest.raises(ValueError, match=r"late_rules.json must hold a rule for each assignment"):
        read_rules(tmp_path)
