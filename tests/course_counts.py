"""Minutes, exercises and points, written wherever the course states them by ``python -m tests.course_counts``.

They are counted in the bank of exercises, so a new exercise needs this command and no other change: it writes the
minutes at the beginning of a chapter, the README's table of chapters (but for the memory, which
``python -m tests.chapter_table`` measures) and the tables of the syllabus. It also writes what the titles of chapters
and the keys of predictions decide: the line *previous | map | next* at both ends of a chapter, and the table that the
map of the course reads.
"""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

from scalinglab.exercises import all_exercises
from scalinglab.exercises.building import STATED
from scalinglab.exercises.progress import chapters as map_of_course
from scalinglab.exercises.quiz_items import items_of, quiz_chapters
from tests.chapter_table import README, counts, minutes, written
from tests.course.notebooks import CHAPTERS, COURSE, code_cells, navigation, title

SYLLABUS = COURSE / "syllabus.md"
#: What the map of the course reads.
MAP = Path(map_of_course.__file__).with_name("chapters.toml")
#: A chapter's line that leads to others; and the two last columns of the syllabus: minutes assigned, and points.
WAY = re.compile(r'(?<=")[^"]*\| \[Course map\]\([^"]*(?=")')
SESSION = re.compile(r"^\| (\d+|all) \| (.*) \| \d+ \| \d+ \|$", re.MULTILINE)


def chapter_written(chapter: Path) -> str:
    """The text of a chapter's file with the minutes that its exercises take by the bank, and the way to others."""
    solving = sum(one.minutes for one in all_exercises() if one.key[:2] == chapter.stem[:2])
    line = navigation(COURSE / chapter.name)
    return WAY.sub(lambda _: line, STATED.sub(str(solving), chapter.read_text(encoding="utf-8")))


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


def predicted(chapter: Path) -> list[str]:
    """The keys of a chapter's predictions, from top to bottom."""
    calls = [node for cell in code_cells(chapter) for node in ast.walk(ast.parse(cell)) if isinstance(node, ast.Call)]
    asked = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "predict"]
    return [ast.literal_eval(call.args[0]) for call in asked]


def map_written() -> str:
    """What the map of the course reads, in TOML."""
    parts = ["# What the map of the course shows of each chapter: `python -m tests.course_counts` writes it.\n"]
    for chapter in CHAPTERS:
        number = chapter.stem[:2]
        reading, solving = minutes(chapter)
        points = [f"{one.key} = {one.points}" for one in all_exercises() if one.key[:2] == number]
        parts.append(
            f'[[chapters]]\nfile = "{chapter.name}"\ntitle = "{title(chapter)[3:]}"\n'
            f"minutes = {reading}\nsolving = {solving}\n"
            f"points = {{ {', '.join(points)} }}\npredictions = {json.dumps(predicted(chapter))}\n"
            f"quiz = {len(items_of(number)) if number in quiz_chapters() else 0}\n"
        )
    return "\n".join(parts).replace("{  }", "{}")


def write() -> list[str]:
    """Write all of them, and return the names of the files that changed."""
    changed = [_rewrite(chapter, chapter_written(chapter)) for chapter in CHAPTERS]  # first: the tables read them
    changed += [_rewrite(README, written(README.read_text(encoding="utf-8"), {}))]
    changed += [_rewrite(SYLLABUS, syllabus_written(SYLLABUS.read_text(encoding="utf-8")))]
    changed += [_rewrite(MAP, map_written())]
    return [name for name in changed if name]


def _rewrite(file: Path, text: str) -> str:
    if file.exists() and file.read_text(encoding="utf-8") == text:
        return ""
    file.write_text(text, encoding="utf-8")
    return file.name


if __name__ == "__main__":
    print("Written:", ", ".join(write()) or "nothing, all counts were right")
