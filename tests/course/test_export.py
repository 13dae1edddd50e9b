"""A chapter run and exported by the README's command shows a picture in the place of each panel."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.course.notebooks import COURSE, code_cells

PICTURE = re.compile(r'<img[^>]*src="data:image/svg\+xml')
CHAPTER = COURSE / "00_start_here.ipynb"


def test_the_readme_exports_pictures(tmp_path: Path):
    readme = (COURSE.parent / "README.md").read_text(encoding="utf-8")
    command = re.search(r"^\.venv/bin/jupyter (nbconvert --execute .*)$", readme, re.MULTILINE)
    assert command
    options = command[1].replace("--output-dir .", f"--output-dir {tmp_path}").split()
    subprocess.run([sys.executable, "-m", "jupyter", *options], cwd=COURSE.parent, check=True, capture_output=True)
    page = (tmp_path / "00_start_here.html").read_text(encoding="utf-8")
    panels = [cell for cell in code_cells(CHAPTER) if cell.startswith("Panel(") or "\nPanel(" in cell]
    closed = sum("after=" in panel for panel in panels)
    waiting = sum("after=" in cell for cell in code_cells(CHAPTER))  # texts, too
    assert len(PICTURE.findall(page)) == len(panels) - closed > 0
    assert page.count("It opens when you have sealed") == waiting > closed > 0
    assert "widget-view+json" not in page
    assert "not attempted yet" in page.lower()
