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
    panels = sum("Panel(" in cell for cell in code_cells(CHAPTER))
    assert len(PICTURE.findall(page)) == panels > 0
    assert "widget-view+json" not in page
    assert "not attempted yet" in page.lower()
