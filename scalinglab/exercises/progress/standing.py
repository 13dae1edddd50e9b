"""A journal read as a map of the course: what of each chapter is done, and how close its predictions came."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from scalinglab.exercises.journal import Data, Journal, JournalError
from scalinglab.exercises.progress.chapters import Chapter, chapters
from scalinglab.exercises.quiz_items import items_of
from scalinglab.exercises.wording import CLOSE, amount, compare, factor

#: The page of the open projects, beside the notebooks.
PROJECTS = "projects.md"
#: What the word "done" means on the map, and how a share is judged.
RULE = (
    "A chapter is done when each of its exercises has full points, each of its predictions is sealed, "
    "and each question of its quiz is answered. For a percentage, the distance to 100 % counts as well: "
    "if you say 99 % and the truth is 98 %, you are off by a factor of 2."
)
#: How close a prediction came, in words: of those that are sealed, and of those that are not.
CLOSENESS = {
    "right": "right, or within 5 %",
    "near": "within a factor of 2",
    "far": "further off",
    "sealed": "sealed, without a score",
    "open": "not sealed yet",
}


def standing(journal: Journal, *, here: str = "", folder: Path | None = None) -> dict[str, Any]:
    """What the map shows.

    Parameters
    ----------
    journal
        Everything is read from it. If it cannot be read, the map is that of an empty one, and says why.
    here
        The number of the chapter on whose page the map is, if it is told: "05".
    folder
        Where the notebooks are looked for, by default the working folder. A row has no link if its notebook is missing.

    Returns
    -------
    dict
        Plain data, ready for JSON: ``summary``, ``rule``, ``closeness``, ``trouble``, ``projects`` (the name of their
        page, if it is there) and ``rows``, one for each chapter. What is true of a prediction is in it once that
        prediction is sealed, and never before.
    """
    try:
        data, trouble = journal.read(), " ".join(journal.notices)
    except JournalError as problem:
        data, trouble = {"predictions": {}, "attempts": {}, "shown": {}, "answers": {}}, str(problem)
    rows = [_row(chapter, data) for chapter in chapters()]
    place = folder or Path()
    following = next((row["number"] for row in rows if not row["done"]), "")
    for row in rows:
        row["link"] = row["file"] if (place / row["file"]).is_file() else ""
        row["here"], row["next"] = row["number"] == here, row["number"] == following
    said = {"summary": _summary(rows), "rule": RULE, "closeness": CLOSENESS, "trouble": trouble, "rows": rows}
    return said | {"projects": PROJECTS if (place / PROJECTS).is_file() else ""}


def _row(chapter: Chapter, data: Data) -> dict[str, Any]:
    """One chapter: what the map says of it."""
    shares = {key: _share(data["attempts"].get(key, ())) for key in chapter.points}
    sealed = [key for key in chapter.sealable if key in data["predictions"]]
    things = len(shares) + len(chapter.sealable)
    had = sum(share == 1 for share in shares.values()) + len(sealed)
    earned = sum(share * chapter.points[key] for key, share in shares.items())
    return {
        "number": chapter.number,
        "title": chapter.title,
        "file": chapter.file,
        "time": f"{chapter.minutes} + {chapter.solving} min" if chapter.solving else f"{chapter.minutes} min",
        "earned": round(earned, 2),
        "points": sum(chapter.points.values()),
        "sealed": len(sealed),
        "asked": len(chapter.sealable),
        "done": had == things,
        "share": had / things,
        "marks": [_closeness(key, data) for key in chapter.sealable],
        "said": [[key, _sentence(key, data)] for key in chapter.sealable if key in sealed or key in data["shown"]],
    }


def _share(attempts: Any) -> float:
    """The best of several attempts, as a share of what was to be earned; one that a person has spoilt counts as none.

    A share, so that an exercise whose points another version of the course has changed stays solved.
    """
    found = [(one.get("points"), one.get("max_points")) for one in attempts]
    sound = [pair for pair in found if all(type(number) in (int, float) for number in pair)]
    return max((points / most for points, most in sound if 0 <= points <= most and most > 0), default=0)


def _closeness(key: str, data: Data) -> str:
    """One of the words of ``CLOSENESS``."""
    if key not in data["predictions"]:
        return "open"
    said, true = _said_and_true(key, data)
    if true is None:
        return "sealed"
    if isinstance(said, str) or isinstance(true, str):
        return "right" if said == true else "far"
    off = factor(said, true, str(data["predictions"][key].get("unit", "")))
    return "right" if off < CLOSE else "near" if off <= 2 else "far"


def _sentence(key: str, data: Data) -> str:
    """What was said, and what is true if that is known."""
    record = data["predictions"].get(key)
    if record is None:
        return "You had the answer shown without a prediction."
    late = " You sealed it after its answer was shown." if record.get("shown_at") else ""
    unit = str(record.get("unit", ""))
    said, true = _said_and_true(key, data)
    words = f'"{said}"' if isinstance(said, str) else amount(said, unit)
    if true is None:
        return f"You said {words}.{late}"
    if isinstance(said, str) or isinstance(true, str):
        known = "" if "-quiz-" in key else f' The answer is "{true}".'  # a quiz may be tried again
        return f"You said {words}: {'right.' if said == true else f'wrong.{known}'}{late}"
    return compare(said, true, unit) + late


def _said_and_true(key: str, data: Data) -> tuple[float | str, float | str | None]:
    """What was sealed, and what is true: None if that is not known, or is a sentence about something else."""
    said, true = data["predictions"][key]["value"], _truth(key, data)
    return said, true if isinstance(true, str) == isinstance(said, str) else None


def _truth(key: str, data: Data) -> float | str | None:
    """What is true of a sealed prediction, if it is known: from the journal, and for a quiz from its bank."""
    chapter, quiz, number = key.partition("-quiz-")
    if not quiz:
        return data["answers"].get(key)
    try:
        return next(option.text for option in items_of(chapter)[int(number) - 1].options if option.right)
    except (ValueError, IndexError):
        return None


def _summary(rows: list[dict[str, Any]]) -> str:
    """All chapters together."""
    total = {name: sum(row[name] for row in rows) for name in ("done", "earned", "points", "sealed", "asked")}
    return (
        f"{total['done']} of {len(rows)} chapters done, {total['earned']:g} of {total['points']} points, "
        f"{total['sealed']} of {total['asked']} predictions and quiz questions sealed."
    )
