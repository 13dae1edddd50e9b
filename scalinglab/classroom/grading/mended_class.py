"""A class that an earlier version made, brought up to date: its settings, and points that these settings got wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from scalinglab._files import write_atomically
from scalinglab.classroom.grading.already_graded import HandedIn, Records, handed_in
from scalinglab.classroom.grading.graded_notebooks import cells_of
from scalinglab.classroom.nbgrader.check_outputs import settle
from scalinglab.classroom.nbgrader.class_folder import CONFIG, mended_settings


def mend_class(class_folder: Path, records: Records) -> Iterator[str]:
    """Mend nbgrader's settings of a class, and let be graded again what they gave wrong points to.

    The submissions are opened again before the settings are written: if it is interrupted, the next run does it again.

    Yields
    ------
    str
        A sentence, if there was something to mend.
    """
    mended = mended_settings(class_folder)
    if not mended:
        return
    wrong = [
        work for work in handed_in(class_folder) if records.problem(work) == "" and _was_misread(class_folder, work)
    ]
    if wrong:
        records.reopen(wrong)
    write_atomically(class_folder / CONFIG, mended.encode())
    again = f"; graded again: {', '.join(work.student for work in wrong)}" if wrong else ""
    yield f"{CONFIG}: a newline on stderr takes no points away any more{again}"


def _was_misread(class_folder: Path, work: HandedIn) -> bool:
    """Whether nbgrader read other points from the cells of a graded notebook than their checks meant."""
    return any([settle(cell) for cell in cells_of(work.notebook(class_folder, "autograded"))])
