"""A class with real exercises of chapter 05, from its notebooks to the pairs that are told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scalinglab.classroom.alike.answers import Assignment
from scalinglab.classroom.alike.groups import Compared, compare
from scalinglab.exercises.bank import find
from scalinglab.exercises.building import _Module
from tests.classroom.made import FIRST, code, exercise_cells_of
from tests.course.notebooks import COURSE

ONE_LINER, LONG = "05-endless", "05-ridge"
SECOND = Path(__file__).parents[2] / "exercises" / "second_answers" / "chapter_05.py"
OTHER_NAMES = {"values": "lam", "parts": "p", "kappa": "grid", "known": "f", "possible": "ok", "losses": "out"}
OTHER_NAMES |= {"samples": "n", "eigenvalues": "spectrum", "power": "w", "noise": "sigma", "np": "numpy"}


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The published solution and an independent right answer to the long exercise."""
    second = tmp_path_factory.mktemp("answers") / "second.py"
    second.write_text(SECOND.read_text(encoding="utf-8").replace("SECOND_ANSWERS", "SOLUTIONS"), encoding="utf-8")
    published = COURSE / "solutions" / "chapter_05.py"
    return {name: _Module(path).answer(find(LONG)) for name, path in (("solution", published), ("second", second))}


def disguised(text: str) -> str:
    """Other names, other comments, another layout, a helper that nobody calls, and a print."""
    names = re.compile(r"\b(" + "|".join(OTHER_NAMES) + r")\b")
    text = names.sub(lambda word: OTHER_NAMES[word[0]], re.sub(r"  #.*", "", text))
    text = text.replace("import numpy as numpy", "import numpy").replace("    ", "  ")
    text = text.replace("    return", '    print("almost")\n    return').replace(
        "  return", "  # my own idea\n\n  return"
    )
    return f"def check_it():\n  return True\n\n\n{text}"


def told(answers: dict[str, str], **students: tuple[str, str]) -> dict[str, Compared]:
    """What is told of students, each with an answer to the one-liner and to the long exercise."""
    cells = [code(FIRST), *exercise_cells_of("05")]
    names = {f"{key}-check": find(key).name for key in (ONE_LINER, LONG)}
    assignment = Assignment(cells, names)
    forms = {}
    for student, given in students.items():
        texts = dict(zip((ONE_LINER, LONG), given, strict=True))
        work = [
            {**cell, "source": texts.get(cell["metadata"].get("nbgrader", {}).get("grade_id"), cell["source"])}
            for cell in cells
        ]
        forms[student] = assignment.answers_in(work)
    found = {}
    for check, published in assignment.published.items():
        key = check.removesuffix("-check")
        found[key] = compare("05", key, {who: each[check] for who, each in forms.items()}, published=published)
    return found


def one_liner(student: str) -> str:
    """What everybody writes, each in names of his own."""
    head = f"def loss({student}_time, {student}_values, power):\n    pairs = zip({student}_values, power)\n"
    return f"{head}    return sum(p * math.exp(-2 * v * {student}_time) for v, p in pairs)  # by {student}"


def test_a_copy_under_other_names_is_a_pair_and_independent_right_answers_are_none(answers: dict[str, str]):
    own = [answers["second"].replace("60_001", str(50_000 + number)) for number in range(5)]
    texts = {
        "ana": answers["second"],
        "ben": disguised(answers["second"]),
        "cy": answers["solution"],
        "di": answers["solution"],
    }
    texts |= {f"own{number}": text for number, text in enumerate(own)}
    found = told(answers, **{student: (one_liner(student), text) for student, text in texts.items()})
    (pair,) = found[LONG].groups
    assert (pair.students, pair.letters) == (("ana", "ben"), False)
    assert pair.size > 60
    assert found[LONG].published == ("cy", "di")  # counted, and no pair
    # The one natural way to write a line: all nine have it, and nobody is asked.
    assert (found[ONE_LINER].groups, found[ONE_LINER].short) == ((), 9)


def test_two_who_solved_it_each_in_their_own_way_are_no_pair(answers: dict[str, str]):
    found = told(answers, ana=(one_liner("a"), answers["second"]), ben=(one_liner("b"), answers["solution"]))
    assert all(one.groups == () for one in found.values())
