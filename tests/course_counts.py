"""Minutes, exercises and points, written wherever the course states them by ``python -m tests.course_counts``.

They are counted in the bank of exercises, so a new exercise needs this command and no other change: it writes the
minutes at the beginning of a chapter, the README's table of chapters (but for the memory, which
``python -m tests.chapter_table`` measures) and the tables of the syllabus.
"""

from __future__ import annotations

import re
from pathlib import Path

from scalinglab.exercises import all_exercises
from tests.chapter_table import README, counts, minutes, written
from tests.course.notebooks import CHAPTERS, COURSE

SYLLABUS = COURSE / "syllabus.md"
#: What a chapter says first of its exercises, and the two last columns of the syllabus: minutes assigned, and points.
STATED = re.compile(r"(?<=minutes, and )\d+(?= for the exercises)")
SESSION = re.compile(r"^\| (\d+|all) \| (.*) \| \d+ \| \d+ \|$", re.MULTILINE)


def chapter_written(chapter: Path) -> str:
    """The text of a chapter's file with the minutes that its exercises take by the bank."""
    solving = sum(one.minutes for one in all_exercises() if one.key[:2] == chapter.stem[:2])
    return STATED.sub(str(solving), chapter.read_text(encoding="utf-8"))


def syllabus_written(text: str) -> str:
    """A syllabus with the minutes and points that its sessions assign, and their sums, written anew."""
    by_number = {chapter.stem[:2]: chapter for chapter in CHAPTERS}
    assigned, points = [], []

    def row(found: re.Match[str]) -> str:
        session, cells = found.groups()
        if session == "all":
            line = f"| all | {cells} | {sum(assigned)} | {sum(points)} |"
            assigned.clear()
            points.clear()
            return line
        taught = [by_number[number] for number in cells.split(" | ")[0].split(", ")]
        assigned.append(sum(minutes(chapter)[1] for chapter in taught))
        points.append(sum(counts(chapter)[1] for chapter in taught))
        return f"| {session} | {cells} | {assigned[-1]} | {points[-1]} |"

    return SESSION.sub(row, text)


def write() -> list[str]:
    """Write all of them, and return the names of the files that changed."""
    changed = [_rewrite(chapter, chapter_written(chapter)) for chapter in CHAPTERS]  # first: the tables read them
    changed += [_rewrite(README, written(README.read_text(encoding="utf-8"), {}))]
    changed += [_rewrite(SYLLABUS, syllabus_written(SYLLABUS.read_text(encoding="utf-8")))]
    return [name for name in changed if name]


def _rewrite(file: Path, text: str) -> str:
    if file.read_text(encoding="utf-8") == text:
        return ""
    file.write_text(text, encoding="utf-8")
    return file.name


if __name__ == "__main__":
    print("Written:", ", ".join(write()) or "nothing, all counts were right")
