"""nbgrader's course folder: made from chapters and solutions, never over what students handed in."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from scalinglab._checks import fail
from scalinglab._files import write_atomically
from scalinglab.exercises.assignments.extra import Nbgrader, need_nbgrader
from scalinglab.exercises.building import build_source, exercise_cells

__all__ = ["CONFIG", "Assigned", "assign", "assignments_in", "check_course", "make_course", "release", "submitted_in"]

CONFIG = "nbgrader_config.py"
_SETTINGS = '''"""nbgrader's settings for this course; written by `scalinglab assign`, and yours to change."""

from scalinglab.exercises.assignments.restoring import SANITIZE

c = get_config()  # noqa: F821
c.CourseDirectory.course_id = "scalinglab"
# A student's stub is the chapter's own, so that an untouched notebook runs to its end.
c.ClearSolutions.code_stub = {"python": ""}
# Cells that a student deleted come back; what a student's code writes to stderr takes no points away.
c.Autograde.sanitize_preprocessors = SANITIZE
c.IgnorePattern.enabled = True
c.IgnorePattern.pattern = "."
# Seconds for one cell; `scalinglab grade` has a limit for a whole notebook beside it.
c.Execute.timeout = 60
c.LimitOutput.max_lines = 200
'''


@dataclass(frozen=True)
class Assigned:
    """What ``assign`` made: the student's notebook of each assignment, and those that were there already."""

    released: tuple[Path, ...]
    unchanged: tuple[Path, ...]


def assign(course: Path, chapters: Mapping[Path, Path], *, replace: bool = False) -> Assigned:
    """Build source and release version of chapters in a course folder of nbgrader.

    Parameters
    ----------
    course : Path
        A new or empty folder, or one that this function made before.
    chapters : mapping of Path to Path
        The notebook of each chapter, and the module with its solutions.
    replace : bool
        Build an assignment anew although its source is there and differs. Never one that has submissions.

    Raises
    ------
    ValueError
        If nbgrader is missing, the folder holds something else, an assignment has submissions already, or its source
        differs from what would be built. Nothing is written then.
    """
    need_nbgrader()
    _check_target(course)
    sources = {chapter.stem: build_source(chapter, solutions) for chapter, solutions in chapters.items()}
    for name, notebook in sources.items():
        if not exercise_cells(notebook):
            fail("chapter", "have exercises to be assigned", name)
    texts = {name: json.dumps(notebook, indent=1, ensure_ascii=False) + "\n" for name, notebook in sources.items()}
    new = {name: text for name, text in texts.items() if not _is_built(course, name, text)}
    for name in new:
        _check_free(course, name, replace)
    make_course(course)
    for name, text in new.items():
        _write_source(course, name, text)
    if new:
        release(course, *new)
    made = {name: _release_of(course, name) for name in texts}
    return Assigned(
        tuple(made[name] for name in made if name in new), tuple(made[name] for name in made if name not in new)
    )


def make_course(course: Path) -> None:
    """Make the folder and nbgrader's settings in it, unless they are there."""
    course.mkdir(parents=True, exist_ok=True)
    if not (course / CONFIG).exists():
        write_atomically(course / CONFIG, _SETTINGS.encode())


def check_course(course: Path) -> Path:
    """The folder of a course that ``assign`` made; raises ``ValueError`` if it is none."""
    if not _is_ours(course) or not (course / "source").is_dir():
        fail("course", "be a folder that `scalinglab assign` made", str(course))
    return course.resolve()


def assignments_in(course: Path) -> list[str]:
    """The names of the assignments of a course, in order."""
    return sorted(path.parent.name for path in (course / "source").glob("*/*.ipynb") if path.stem == path.parent.name)


def submitted_in(course: Path, assignment: str) -> list[str]:
    """The students who handed something in for an assignment, in order."""
    return sorted(path.parent.name for path in (course / "submitted").glob("*/*") if path.name == assignment)


def _check_target(course: Path) -> None:
    if course.exists() and not course.is_dir():
        fail("course", "be a folder", str(course))
    if course.is_dir() and any(course.iterdir()) and not _is_ours(course):
        fail("course", "be a new or empty folder, or one that `scalinglab assign` made", str(course))


def _is_ours(course: Path) -> bool:
    """Whether a folder has settings that bring deleted cells back; those of another nbgrader course do not."""
    settings = course / CONFIG
    return settings.is_file() and "scalinglab.exercises.assignments" in settings.read_text(encoding="utf-8")


def _check_free(course: Path, name: str, replace: bool) -> None:
    """Submissions fit the source that they were made from, so neither it nor they are touched."""
    students = submitted_in(course, name)
    if students:
        raise ValueError(
            f"{course} already holds submissions of {name} ({len(students)}, such as {students[0]}), and nothing of "
            "that is overwritten: name another folder"
        )
    if (course / "source" / name).exists() and not replace:
        raise ValueError(
            f"{course / 'source' / name} differs from what would be built: keep it, or build it anew with --replace"
        )


def _source_of(course: Path, name: str) -> Path:
    return course / "source" / name / f"{name}.ipynb"


def _release_of(course: Path, name: str) -> Path:
    return course / "release" / name / f"{name}.ipynb"


def _is_built(course: Path, name: str, text: str) -> bool:
    source = _source_of(course, name)
    return source.is_file() and source.read_text(encoding="utf-8") == text and _release_of(course, name).is_file()


def _write_source(course: Path, name: str, text: str) -> None:
    source = _source_of(course, name)
    shutil.rmtree(source.parent, ignore_errors=True)
    source.parent.mkdir(parents=True)
    write_atomically(source, text.encode())


def release(course: Path, *names: str) -> None:
    """Let nbgrader make the student's version of each source, and enter both into the gradebook."""
    with Nbgrader() as nbgrader:
        released = nbgrader.run("release", course, *names)
    if released.problem:
        raise RuntimeError(f"nbgrader could not release {' '.join(names)}: {released.problem}\n{released.log}")
