"""All that is known about a class that was graded, read and told without grading: nothing in it is changed."""

from __future__ import annotations

from pathlib import Path

from scalinglab._checks import fail
from scalinglab.classroom.grading.already_graded import Records
from scalinglab.classroom.grading.class_gradebook import Gradebook
from scalinglab.classroom.grading.gathering import gather
from scalinglab.classroom.nbgrader.class_folder import assignments_in, check_class
from scalinglab.classroom.nbgrader.client import Nbgrader, need_nbgrader
from scalinglab.classroom.one_run import only_run
from scalinglab.classroom.results import ClassResults


def read_results(class_folder: Path) -> ClassResults:
    """Read what ``grade_class`` told of a class, as nbgrader's gradebook has it now.

    Parameters
    ----------
    class_folder : Path
        The folder that ``assign`` made.

    Returns
    -------
    ClassResults
        Of all its assignments. Only ``grades/notebooks.json`` may be written: what was read from notebooks.

    Raises
    ------
    ValueError
        If nbgrader is missing, the folder is no class or has no assignment, another command is at work in it, or its
        gradebook is missing or damaged.
    """
    need_nbgrader()
    class_folder = check_class(class_folder)
    if not assignments_in(class_folder):
        fail("class", "have an assignment, which `scalinglab assign` makes", str(class_folder))
    with only_run(class_folder) as place:
        records = Records(class_folder)
        with Nbgrader(place) as nbgrader:
            outcome = nbgrader.run("book", class_folder)
        if outcome.problem:
            raise ValueError(outcome.problem)
        found = outcome.value
        return gather(class_folder, Gradebook(found["cells"], found["states"], found["due"]), records)
