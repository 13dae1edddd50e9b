"""Submissions start with what the solution computed by the package, and none of them reaches another by it."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

import scalinglab.random_features as rf
from scalinglab.classroom import grade_class
from scalinglab.classroom.grading import environment_check
from scalinglab.classroom.grading.graded_notebooks import json_cells
from tests.classroom.made import NAME, hand_in, released, two_exercises, write

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kernels start by themselves elsewhere")

CALL = "rf.simulate(rf.power_law(1.5, 1.25, 40), [1, 10], width=5, samples=7, seeds=3)"
ASKED = f"""
import os
import numpy as np
import scalinglab.random_features as rf
from scalinglab import _prepared

eigh, computed = np.linalg.eigh, []
np.linalg.eigh = lambda *given: computed.append(1) or eigh(*given)
found = {CALL}
print("found", found.test.tolist(), len(computed), len(_prepared._known), os.environ.get(_prepared.VARIABLE))
"""
SPOIL = """
for one in _prepared._known.values():
    one.test.setflags(write=True)
    one.test[:] = 0
_prepared._known["mine"] = 1
"""


def told(class_folder: Path, student: str) -> str:
    """What the cell of the first answer printed when it was graded."""
    cells = json_cells(class_folder / "autograded" / student / NAME / f"{NAME}.ipynb")
    text = "".join("".join(output.get("text", "")) for cell in cells for output in cell.get("outputs", []))
    (found,) = re.findall(r"^found (.*)$", text, re.MULTILINE)
    return found


def give(class_folder: Path, student: str, answer: str) -> None:
    work = released(class_folder, NAME)
    write(work, "01-exponent", answer)
    hand_in(class_folder, student, NAME, work)


def test_the_solutions_results_are_there_for_all_and_nobody_can_spoil_them(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    class_folder = two_exercises(tmp_path_factory, tmp_path / "class")
    source = class_folder / "source" / NAME / f"{NAME}.ipynb"
    more = rf"import math\\nimport scalinglab.random_features as rf\\nmade = {CALL}"
    source.write_text(source.read_text(encoding="utf-8").replace("import math", more.replace(r"\\n", r"\n"), 1))
    right = eval(CALL, {"rf": rf}).test.tolist()
    for student in ("ana", "ben", "cai"):
        give(class_folder, student, ASKED + SPOIL)
    grade_class(class_folder, say=lambda _: None)
    for student in ("ana", "ben", "cai"):
        assert told(class_folder, student) == f"{right} 0 1 None"

    # A run that has not run the solution has no results, and runs it for many submissions only.
    give(class_folder, "dan", ASKED)
    said: list[str] = []
    grade_class(class_folder, say=said.append)
    assert told(class_folder, "dan") == f"{right} 3 0 None"
    assert not [line for line in said if "the solution gets full marks" in line]
    monkeypatch.setattr(environment_check, "MANY", 2)
    for student in ("eve", "fay"):
        give(class_folder, student, ASKED)
    grade_class(class_folder, say=said.append)
    assert told(class_folder, "fay") == f"{right} 0 1 None"
    assert len([line for line in said if "the solution gets full marks" in line]) == 1
