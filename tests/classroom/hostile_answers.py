"""What a second class hands in, twice, and the points that a person would give for it: for ``hostile_class`` alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.classroom.handed_in import RIGHT_SLOPE, RIGHT_SPREAD, WRONG_SLOPE, both, newlines_inside
from tests.classroom.made import ESSAY, SLOPE, SPREAD, TEST, code, place_of, write

Work = Callable[[dict[str, Any]], object]

#: What the parts are worth: the bank's 10, the instructor's 20 for the bank's 10, a test of 3 and an essay of 5.
RIGHT = 33


@dataclass(frozen=True)
class Case:
    """One student: both uploads (the second may be missing), points by hand between them, and what must come of it.

    ``first`` and ``last`` are points, or None where a person would give none; ``told`` is part of what the report must
    say about the student in the end. ``time`` is when the first upload came, and ``extension`` the days that are
    granted between both; there the due date moves by twelve hours, too, from 2027-03-01 00:00. A day costs 3.8.
    """

    work: Work | bytes
    first: float | None = RIGHT
    later: Work | bytes | None = None
    last: float | None = -1
    by_hand: dict[str, float] = field(default_factory=dict)
    told: str = ""
    time: str = ""
    extension: int = 0

    @property
    def at_last(self) -> float | None:
        return self.first if self.last == -1 else self.last


def inside(before: str, slope: str = RIGHT_SLOPE, **names: str) -> Work:
    """A right function that does something else first."""
    return both(slope=f"{names.get('top', '')}\n\n{slope.replace('    x,', f'    {before}' + chr(10) + '    x,')}")


def turned(*ids: str, kind: str = "markdown") -> Work:
    """Right answers, but cells have become text."""

    def work(notebook: dict[str, Any]) -> None:
        both()(notebook)
        for name in ids:
            cell = notebook["cells"][place_of(notebook, name)]
            cell["cell_type"] = kind
            del cell["outputs"], cell["execution_count"]

    return work


def merged(first: str, second: str, keeps: str) -> Work:
    """Two cells are one, which keeps the id of either."""

    def work(notebook: dict[str, Any]) -> None:
        both()(notebook)
        cells = notebook["cells"]
        upper, lower = cells[place_of(notebook, first)], cells[place_of(notebook, second)]
        kept, gone = (upper, lower) if keeps == first else (lower, upper)
        kept["source"] = f"{upper['source']}\n\n{lower['source']}"
        cells.remove(gone)

    return work


def split(notebook: dict[str, Any]) -> None:
    """The imports in one cell, the function in the next; both have the metadata, as JupyterLab leaves them."""
    both()(notebook)
    for key, answer in ((SLOPE, RIGHT_SLOPE), (SPREAD, RIGHT_SPREAD)):
        place = place_of(notebook, key)
        parts = answer.split("\n\n\n")
        notebook["cells"][place : place + 1] = [
            notebook["cells"][place] | {"source": part, "id": f"{key}{number}"} for number, part in enumerate(parts)
        ]


def without(*ids: str) -> Work:
    def work(notebook: dict[str, Any]) -> None:
        both()(notebook)
        for name in ids:
            del notebook["cells"][place_of(notebook, name)]

    return work


def in_the_checks_cell(notebook: dict[str, Any]) -> None:
    """The answer stands above the call of the check; the stub is untouched."""
    both()(notebook)
    write(notebook, SLOPE, "def exponent(sizes, errors):\n    raise NotImplementedError")
    check = notebook["cells"][place_of(notebook, f"{SLOPE}-check")]
    check["source"] = f"{RIGHT_SLOPE}\n\n{check['source']}"


def own_cell(source: str, answers: Work | None = None) -> Work:
    """A cell of the student's own before the first answer."""

    def work(notebook: dict[str, Any]) -> None:
        (answers or both())(notebook)
        notebook["cells"].insert(place_of(notebook, SLOPE), code(source) | {"id": "own"})

    return work


def essay(text: str = "Because the law has an exponent.", answers: Work | None = None) -> Work:
    def work(notebook: dict[str, Any]) -> None:
        (answers or both())(notebook)
        write(notebook, ESSAY, text)

    return work


def named(name: str) -> Work:
    def work(notebook: dict[str, Any]) -> None:
        both()(notebook)
        code_cells = (cell for cell in notebook["cells"] if cell["cell_type"] == "code")
        (first,) = (cell for cell in code_cells if 'student = ""' in cell["source"])
        first["source"] = first["source"].replace('student = ""', f"student = {name!r}")

    return work


_THREAD = "threading.Thread(target=lambda: print(file=SAVED)).start(); time.sleep(0.05)"
_SAVED = "import sys\nimport threading\nimport time\n\nSAVED = sys.stderr"
_DIES_ONCE = """import os
import pathlib

mark = pathlib.Path({place!r})
if not mark.exists():
    mark.touch()
    os._exit(1)"""
WRONG = both(slope=WRONG_SLOPE)
ANOTHER_WRONG = both(slope=RIGHT_SLOPE.replace("return -", "return -2 * "))


def cases(place: str) -> dict[str, Case]:
    """The class, by the names under which Canvas hands them over; ``place`` is a file that does not exist yet."""
    name = f"{SLOPE}-check"
    return {
        "barinthread": Case(inside(_THREAD, top=_SAVED)),
        "savedhandle": Case(newlines_inside),
        "manywarnings": Case(inside("import warnings; [warnings.warn(str(n)) for n in range(50)]")),
        "emptyflush": Case(inside("import sys; sys.stderr.write(chr(10) * 3); sys.__stderr__.write(chr(10))")),
        "nothingshown": Case(own_cell("get_ipython().ast_node_interactivity = 'none'"), 3, told="showed nothing"),
        "allshown": Case(own_cell("get_ipython().ast_node_interactivity = 'all'")),
        "minusone": Case(named("Minus One"), 30),
        "byhandthenright": Case(WRONG, 23, both(), 33, {name: 7}, "gave way to the 10 of the check"),
        "byhandthenwrong": Case(WRONG, 23, ANOTHER_WRONG, 30, {name: 7}, "given for an earlier answer"),
        "byhandandsame": Case(WRONG, 23, both(WRONG_SLOPE, f"{RIGHT_SPREAD}  # as before"), 29, {name: 6}),
        "byhandbelow": Case(both(), 33, None, 25, {name: 2}),
        "essaygraded": Case(essay(), 33, None, 37, {ESSAY: 4}),
        "essaywaits": Case(essay(), 33, told="To be graded by a person"),
        "essaychanged": Case(essay(), 33, essay("Another text."), 36, {ESSAY: 3}, "given for an earlier answer"),
        "late": Case(both(), 29.2, told="after the due date", time="2027-03-02 00:00:00"),
        "lateasecond": Case(both(), 29.2, None, 33, time="2027-03-01 00:00:01"),
        "lateforweeks": Case(both(), 0, told="after the due date", time="2027-03-20 00:00:00"),
        "latewrong": Case(WRONG, 19.2, told="after the due date", time="2027-03-02 00:00:00"),
        "lateextended": Case(both(), 25.4, None, 33, time="2027-03-02 12:00:00", extension=2),
        "lateessay": Case(essay(), 29.2, None, 33.2, {ESSAY: 4}, time="2027-03-02 00:00:00"),
        "latethenanother": Case(both(), 17.8, both(WRONG_SLOPE), 23, time="2027-03-05 00:00:00"),
        "strays": Case(both()),
        "markdownanswer": Case(turned(SLOPE)),
        "markdowncheck": Case(turned(f"{SLOPE}-check", f"{SPREAD}-check")),
        "rawanswers": Case(turned(SLOPE, SPREAD, kind="raw")),
        "splitcells": Case(split),
        "mergedcheck": Case(merged(SLOPE, f"{SLOPE}-check", f"{SLOPE}-check")),
        "mergedanswer": Case(merged(SLOPE, f"{SLOPE}-check", SLOPE)),
        "mergednext": Case(merged(f"{SLOPE}-check", SPREAD, f"{SLOPE}-check")),
        "answerincheck": Case(in_the_checks_cell),
        "testfails": Case(own_cell("SPOILED = True"), 30),
        "testdeleted": Case(without(TEST, ESSAY)),
        "diesonce": Case(own_cell(_DIES_ONCE.format(place=place))),
        "diesalways": Case(own_cell("import os\n\nos._exit(1)"), None, both(), 33),
        "brokenlater": Case(both(), 33, b"no notebook", None, {}, "no notebook"),
        "damagedjournal": Case(both(), told="A journal that cannot be read"),
        "sharedone": Case(both(), told="One journal for several students"),
        "sharedtwo": Case(both(), told="One journal for several students"),
        "renamed": Case(both(slope=RIGHT_SLOPE.replace("def exponent", "def slope")), 23, both(), 33),
        "lovelaceada": Case(named("Ada Lovelace"), told="Ada Lovelace"),
    }
