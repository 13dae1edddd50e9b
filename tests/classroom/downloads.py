"""Classes and downloads made by hand: tiny notebooks, and zips as each LMS lays them out."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from scalinglab.classroom.submissions.collecting import Collected
from scalinglab.exercises import Journal

ASSIGNMENTS = {"05_random_features": ("05-endless", "05-rank"), "06_compute_optimal": ("06-frontier",)}
ONE = {"05_random_features": ASSIGNMENTS["05_random_features"]}
FIVE, SIX = ASSIGNMENTS


def notebook(keys: Sequence[str] = ("05-endless", "05-rank"), text: str = "") -> bytes:
    """A notebook with the cells of some exercises, as nbgrader marks them; the text tells two versions apart."""
    cells = [
        {
            "cell_type": "code",
            "execution_count": None,
            "id": f"c{place:02d}",
            "metadata": {"nbgrader": {"grade_id": grade_id, "schema_version": 3}},
            "outputs": [],
            "source": [f"# {text}"],
        }
        for place, grade_id in enumerate(name for key in keys for name in (key, f"{key}-check"))
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def blank(text: str = "") -> bytes:
    """A notebook without any exercise."""
    cell = {"cell_type": "markdown", "metadata": {}, "source": [text]}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def journal(folder: Path, **values: float) -> bytes:
    """The journal of a student, as the package writes it."""
    path = folder / "made" / f"{len(list(folder.glob('made/*.json')))}.json"
    path.parent.mkdir(exist_ok=True)
    for key, value in values.items():
        Journal(path).seal(key.replace("_", "-"), value, question="?")
        Journal(path).learn(key.replace("_", "-"), value)
        Journal(path).add_attempt("05-endless", points=10, max_points=10, diagnosis=None)
    return path.read_bytes()


def course(folder: Path, assignments: Mapping[str, Sequence[str]] = ASSIGNMENTS) -> Path:
    """A class with the sources of some assignments, as ``scalinglab assign`` leaves it."""
    place = folder / "class"
    for name, keys in assignments.items():
        (place / "source" / name).mkdir(parents=True)
        (place / "source" / name / f"{name}.ipynb").write_bytes(notebook(keys))
    (place / "nbgrader_config.py").write_text("c = get_config()\n")
    (place / ".gradebook.db.lock").touch()
    return place


def packed(files: Mapping[str, bytes] | Sequence[tuple[str, bytes]]) -> bytes:
    """A zip; each file is a second or two younger than the one before."""
    buffer = io.BytesIO()
    pairs = list(files.items()) if isinstance(files, Mapping) else files
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for place, (name, content) in enumerate(pairs):
            info = zipfile.ZipInfo(name, (2026, 1, 31, 9, place // 30, place % 30 * 2))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return buffer.getvalue()


def zipped(path: Path, files: Mapping[str, bytes] | Sequence[tuple[str, bytes]]) -> Path:
    """A zip on disk."""
    path.write_bytes(packed(files))
    return path


def unpacked(path: Path, files: Mapping[str, bytes]) -> Path:
    """The same as a folder."""
    for name, content in files.items():
        file = path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return path


def tree(folder: Path) -> dict[str, bytes]:
    """All files below a folder by their paths."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def submitted(place: Path) -> list[str]:
    """The files of students below ``submitted/``, without the times that nbgrader reads."""
    found = [name.removeprefix("submitted/") for name in tree(place) if name.startswith("submitted/")]
    return [name for name in found if not name.endswith("/timestamp.txt")]


def students(place: Path) -> list[dict[str, str]]:
    """The lines of a class's list of students."""
    return list(csv.DictReader(io.StringIO((place / "students.csv").read_text(encoding="utf-8"))))


def reasons(done: Collected) -> dict[str, str]:
    """Why files were left over, by their names in the source."""
    return {one.file.partition(": ")[2]: one.reason for one in done.left_over}
