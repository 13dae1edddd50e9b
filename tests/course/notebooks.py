"""The chapters as data, for the tests that read them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

COURSE = Path(__file__).parents[2] / "course"
CHAPTERS = sorted(COURSE.glob("*.ipynb"))


def load(chapter: Path) -> dict[str, Any]:
    return json.loads(chapter.read_text(encoding="utf-8"))


def source(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def code_cells(chapter: Path) -> list[str]:
    return [source(cell) for cell in load(chapter)["cells"] if cell["cell_type"] == "code"]


def prose(chapter: Path) -> str:
    return "\n\n".join(source(cell) for cell in load(chapter)["cells"] if cell["cell_type"] == "markdown")
