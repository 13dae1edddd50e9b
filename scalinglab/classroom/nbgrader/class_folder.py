"""The folder of a class: a course of nbgrader's, with the settings that ``scalinglab assign`` writes into it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scalinglab._checks import fail
from scalinglab._files import write_atomically
from scalinglab.classroom.nbgrader.client import Nbgrader

CONFIG = "nbgrader_config.py"
_SETTINGS = '''"""nbgrader's settings for this class; written by `scalinglab assign`, and yours to change."""

from scalinglab.classroom.nbgrader.deadlines import RELEASE, LateRules
from scalinglab.classroom.nbgrader.deleted_cells import SANITIZE
from scalinglab.classroom.nbgrader.points_from_checks import AUTOGRADE

c = get_config()  # noqa: F821
c.CourseDirectory.course_id = "scalinglab"
# A student's stub is the chapter's own, so that an untouched notebook runs to its end.
c.ClearSolutions.code_stub = {"python": ""}
# Cells that a student deleted come back; what a student's code writes to stderr takes no points away.
c.Autograde.sanitize_preprocessors = SANITIZE
c.Autograde.autograde_preprocessors = AUTOGRADE
c.IgnorePattern.enabled = True
c.IgnorePattern.pattern = "(?s)."
# Seconds for one cell; `scalinglab grade` has a limit for a whole notebook beside it.
c.Execute.timeout = 60
c.LimitOutput.max_lines = 200
# A release tells when it is due; lateness costs what `scalinglab assign --late` says.
c.GenerateAssignment.preprocessors = RELEASE
c.AssignLatePenalties.plugin_class = LateRules
'''
#: What settings of earlier versions lack: nbgrader reads points from what a check shows as it was meant.
_ADDED = """
# Added by `scalinglab grade`: a newline on stderr takes no points away, and a negative number gives none.
from scalinglab.classroom.nbgrader.points_from_checks import AUTOGRADE  # noqa: E402

c.Autograde.autograde_preprocessors = AUTOGRADE
"""
#: What settings of earlier versions lack to tell due dates; the second part, unless they have a plugin of their own.
_ADDED_DUE = """
# Added by `scalinglab assign`: a release tells when it is due; lateness costs what `--late` says.
from scalinglab.classroom.nbgrader.deadlines import RELEASE, LateRules  # noqa: E402

c.GenerateAssignment.preprocessors = RELEASE
"""
_ADDED_LATE = "c.AssignLatePenalties.plugin_class = LateRules\n"
_PLUGIN = re.compile(r"^[^#\n]*AssignLatePenalties\.plugin_class\s*=\s*(\S+)", re.MULTILINE)
#: The id of the cell that tells students when a release is due.
DEADLINE = "deadline"
#: Modules that bring deleted cells back, by which our settings are known; the second is the name in version 0.1.0.
_OURS = ("scalinglab.classroom", "scalinglab.exercises.assignments")


def make_class(class_folder: Path) -> None:
    """Make the folder and nbgrader's settings in it, unless they are there."""
    class_folder.mkdir(parents=True, exist_ok=True)
    if not (class_folder / CONFIG).exists():
        write_atomically(class_folder / CONFIG, _SETTINGS.encode())


def mended_settings(class_folder: Path) -> str:
    """The settings of a class that an earlier version made, mended; empty if there is nothing to mend."""
    text = (class_folder / CONFIG).read_text(encoding="utf-8")
    mended = text.replace('c.IgnorePattern.pattern = "."\n', 'c.IgnorePattern.pattern = "(?s)."\n')
    if "autograde_preprocessors" not in mended:
        mended += _ADDED
    return mended if mended != text else ""


def settings_with_deadlines(class_folder: Path) -> str:
    """The settings of a class that an earlier version made, with what due dates need; empty if they have it."""
    text = (class_folder / CONFIG).read_text(encoding="utf-8")
    if "nbgrader.deadlines" in text:
        return ""
    return text + _ADDED_DUE + ("" if _PLUGIN.search(text) else _ADDED_LATE)


def check_no_other_plugin(class_folder: Path) -> None:
    """Raise ``ValueError`` if the settings of a class name a plugin for lateness that is not ours."""
    file = class_folder / CONFIG
    named = _PLUGIN.findall(file.read_text(encoding="utf-8")) if file.is_file() else []
    if named and named[-1] != "LateRules":
        raise ValueError(
            f"{file} has a plugin for lateness already, {named[-1]}: take that line out, or leave --late out"
        )


def check_new(class_folder: Path) -> None:
    """Raise ``ValueError`` unless a class can be made here: nothing is there, or what ``make_class`` made."""
    if class_folder.exists() and not class_folder.is_dir():
        fail("class", "be a folder", str(class_folder))
    if class_folder.is_dir() and any(class_folder.iterdir()) and not _is_ours(class_folder):
        fail("class", "be a new or empty folder, or one that `scalinglab assign` made", str(class_folder))


def check_class(class_folder: Path) -> Path:
    """The folder of a class that ``assign`` made; raises ``ValueError`` if it is none."""
    if not _is_ours(class_folder) or not (class_folder / "source").is_dir():
        fail("class", "be a folder that `scalinglab assign` made", str(class_folder))
    return class_folder.resolve()


def _is_ours(class_folder: Path) -> bool:
    """Whether a folder has settings that bring deleted cells back; those of another nbgrader course do not."""
    settings = class_folder / CONFIG
    return settings.is_file() and any(name in settings.read_text(encoding="utf-8") for name in _OURS)


def notebook_of(class_folder: Path, step: str, assignment: str, student: str = "") -> Path:
    """Where nbgrader keeps a notebook: ``source`` and ``release`` have one, the other steps one for each student."""
    return class_folder / step / student / assignment / f"{assignment}.ipynb"


def worth_in(notebook: Mapping[str, Any]) -> dict[str, float]:
    """What each graded cell of a notebook is worth, by its name and in order."""
    told = (cell["metadata"].get("nbgrader", {}) for cell in notebook["cells"])
    return {one["grade_id"]: float(one["points"]) for one in told if one.get("grade") or one.get("task")}


def assignments_in(class_folder: Path) -> list[str]:
    """The names of the assignments of a class, in order."""
    found = (class_folder / "source").glob("*/*.ipynb")
    return sorted(path.parent.name for path in found if path.stem == path.parent.name)


def submitted_in(class_folder: Path, assignment: str) -> list[str]:
    """The students who handed something in for an assignment, in order."""
    found = (class_folder / "submitted").glob("*/*/")
    return sorted(
        path.parent.name for path in found if path.name == assignment and not path.parent.name.startswith(".")
    )


def release(class_folder: Path, *names: str, place: Path | None = None) -> None:
    """Let nbgrader make the student's version of each source, and enter both into the gradebook."""
    with Nbgrader(place) as nbgrader:
        release_by(nbgrader, class_folder, *names)


def release_by(nbgrader: Nbgrader, class_folder: Path, *names: str) -> None:
    """``release``, by an nbgrader that runs already."""
    released = nbgrader.run("release", class_folder, *names)
    if released.problem:
        raise RuntimeError(f"nbgrader could not release {' '.join(names)}: {released.problem}\n{released.log}")
