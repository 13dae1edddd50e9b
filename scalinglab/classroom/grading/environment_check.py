"""Whether a class can be graded here: what is missing or wrong shows before grading, and not as a class of zeros.

The packages that submissions import must be installed. Then nbgrader grades the solution, here and now, and it must get
full marks: a package that it lacks, a time limit that is too short, or a source that was changed shows there. The same
run answers what the chapter asks its readers to predict.
"""

from __future__ import annotations

import ast
import importlib.util
import json
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from scalinglab._later import nbformat
from scalinglab.classroom.grading.already_graded import HandedIn, Records, digest
from scalinglab.classroom.grading.graded_notebooks import cells_of, first_error, json_cells, marks_in
from scalinglab.classroom.nbgrader.check_outputs import is_check
from scalinglab.classroom.nbgrader.class_folder import CONFIG, notebook_of
from scalinglab.classroom.nbgrader.client import Limits, Team

#: So many submissions take longer than the solution and they together, if they start with its results.
MANY = 8
_STUDENT = "reference"
_ASK = """import json
import sys

from scalinglab._prepared import write_results
from scalinglab.exercises.predictions import questions_asked

print(json.dumps([questions_asked(), list(sys.modules)]))
write_results()"""
#: Modules that a kernel has by itself, and that are for nobody else.
_KERNELS_OWN = re.compile(r"__|debugpy|_?pydev")


def check_packages(class_folder: Path, works: Sequence[HandedIn], without: Sequence[str]) -> None:
    """Raise ``ValueError`` if a submission imports a package that is not installed, but for those ``without`` names."""
    lacking: dict[str, list[str]] = {}
    for work in works:
        for package in missing_packages(work.notebook(class_folder, "submitted")):
            lacking.setdefault(package, []).append(work.student)
    for package, students in sorted(lacking.items()):
        if package not in without:
            whose = f"the submission of {students[0]}" + (f" and {len(students) - 1} more" if students[1:] else "")
            raise ValueError(
                f"nothing was graded: {package} is not installed here, and {whose} imports it; install it, or let what "
                f"needs it fail with --without {package}"
            )


def missing_packages(notebook: Path) -> list[str]:
    """The packages that a notebook imports and that are neither installed here nor files beside it."""
    try:
        sources = [cell.source for cell in cells_of(notebook) if cell.cell_type == "code"]
    except Exception:  # no notebook: grading names that
        return []
    return sorted(name for name in imported(sources) if not _is_there(name, notebook.parent))


def imported(sources: Iterable[str]) -> set[str]:
    """The top-level names that cells import; an import inside ``try`` may fail, and is left out."""
    return {name for source in sources for node in _parsed(source) for name in _imports(node)}


def _parsed(source: str) -> list[ast.stmt]:
    from IPython.core.inputtransformer2 import TransformerManager

    try:
        return ast.parse(TransformerManager().transform_cell(source)).body  # %magics and !commands become calls
    except (SyntaxError, ValueError, RecursionError):
        return []


def _imports(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Try):
        return
    if isinstance(node, ast.Import):
        yield from (alias.name.partition(".")[0] for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        yield node.module.partition(".")[0]
    for child in ast.iter_child_nodes(node):
        yield from _imports(child)


def _is_there(name: str, folder: Path) -> bool:
    try:
        found = importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        found = False
    return found or (folder / f"{name}.py").is_file() or (folder / name).is_dir()


def check_solution(
    team: Team, class_folder: Path, assignment: str, records: Records, limits: Limits, *, submissions: int = 1
) -> Iterator[str]:
    """Grade the source of an assignment in a copy of the class, unless that was done in this environment.

    It is done again where many submissions would each compute what the solution computes, and can start with instead.

    Yields
    ------
    str
        A sentence, if it was run and got full marks.

    Raises
    ------
    ValueError
        If it does not; the sentence says what is missing or wrong. Nothing of the class changes.
    """
    installed = "\n".join(sorted(f"{each.name}=={each.version}" for each in distributions()))
    state = digest(class_folder / "source" / assignment, installed, (class_folder / CONFIG).read_text())
    wanted = submissions >= MANY and records.lacks_results(assignment)
    if records.knows_solution(assignment, state) and not wanted:
        return
    with tempfile.TemporaryDirectory(prefix="scalinglab-reference-", dir=team.place) as home:
        copy = Path(home)
        shutil.copy(class_folder / CONFIG, copy)
        shutil.copytree(class_folder / "source" / assignment, copy / "source" / assignment)
        released = team.run("release", copy, assignment, limits=limits)
        handed_in = notebook_of(copy, "submitted", assignment, _STUDENT)
        shutil.copytree(copy / "source" / assignment, handed_in.parent)
        _ask(handed_in)
        results = (team.place or copy) / f"results-{assignment}"
        outcome = team.run("grade", copy, assignment, _STUDENT, {}, {"keep": str(results)}, limits=limits)
        graded = notebook_of(copy, "autograded", assignment, _STUDENT)
        problem = released.problem or outcome.problem or _shortfall(graded, outcome.value["state"]["cells"])
        if problem:
            raise ValueError(
                f"nothing was graded: the solution of {assignment} does not get full marks here, so no student would "
                f"({problem})"
            )
        records.keep_solution(assignment, state, *_answers(graded))
        records.keep_results(assignment, results)
    yield f"{assignment}: the solution gets full marks here, in {outcome.seconds:.0f} seconds"


def _ask(notebook: Path) -> None:
    """Add a cell at the end that tells the answers."""
    asking = nbformat.read(notebook, as_version=4)
    asking.cells.append(nbformat.v4.new_code_cell(_ASK))
    nbformat.write(asking, notebook)


def _shortfall(notebook: Path, cells: Mapping[str, Mapping[str, Any]]) -> str:
    """Why a graded solution is not right; empty if it is. What a person grades is not looked at."""
    for check in filter(is_check, cells_of(notebook)):
        name, worth = check.metadata["nbgrader"]["grade_id"], check.metadata["nbgrader"]["points"]
        if cells[name]["auto"] != worth:
            message = (
                marks_in(json_cells(notebook))[name].get("message")
                or f"it gets {cells[name]['auto']:g} of {worth:g} points"
            )
            return first_error(notebook) or f"{name.removesuffix('-check')}: {message}"
    return ""


def _answers(notebook: Path) -> tuple[dict[str, Any], list[str]]:
    """What is true of the predictions, and the modules that were imported in the end, two levels deep and all ours."""
    *_, last = cells_of(notebook)
    printed = "".join(output.get("text", "") for output in last.outputs if output.output_type == "stream")
    try:
        questions, modules = json.loads(printed.strip().splitlines()[-1])
    except (ValueError, IndexError):
        return {}, []
    near = [one for one in modules if one.count(".") < 2 or one.startswith("scalinglab.")]
    return questions, [one for one in near if not _KERNELS_OWN.match(one)]
