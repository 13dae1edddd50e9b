"""A chapter as one file, by nbconvert: it moves without anything beside it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import expect

from scalinglab.live.vega.runtime import bundle, cache_file
from scalinglab.site.exporting import PageExporter
from scalinglab.site.keeping import default_folder
from tests.site.conftest import Visit

pytestmark = [
    pytest.mark.xdist_group("browser"),  # where the site is built
    pytest.mark.skipif("SCALINGLAB_SITE" in os.environ, reason="another site is looked at"),
]


@pytest.fixture
def notebook(site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The first of the small chapters, with what was kept of it in the cache of this test."""
    library = bundle()  # made once on this machine, and a second's work
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda name: str(tmp_path / name))
    shutil.copytree(site.parent / "kept", default_folder())
    cache_file().write_text(library, encoding="utf-8")
    return shutil.copy(site.parent / "course" / "00_first.ipynb", tmp_path)


def test_a_chapter_is_one_file_that_moves(notebook, visit: Visit, tmp_path, monkeypatch):
    made, about = PageExporter().from_filename(str(notebook))
    assert about["output_extension"] == ".html"
    elsewhere = ('src="assets', 'href="assets', 'href="data/', 'src="pictures', 'href="notebooks')
    assert not [word for word in elsewhere if word in made]
    (tmp_path / "alone").mkdir()
    (tmp_path / "alone" / "page.html").write_text(made, encoding="utf-8")
    monkeypatch.setattr(visit, "folder", tmp_path / "alone")
    page = visit.go("page.html")
    panel = page.get_by_role("region", name="Curve")
    panel.scroll_into_view_if_needed()
    panel.get_by_role("button", name="steep").click()
    expect(panel.locator(".sl-caption")).to_contain_text("At a = 3, a red curve.")
    assert (
        page.evaluate(
            "performance.getEntriesByType('resource').filter((one) => !/^(data|blob):/.test(one.name)).length"
        )
        == 0
    )


def test_nbconvert_finds_it_by_its_name(tmp_path):
    """As the README has it: ``jupyter nbconvert --to scalinglab_html``, by the commands of this environment."""
    cells = [nbformat.v4.new_markdown_cell("# 77 Short\n\nThe sum is $1 + 1$."), nbformat.v4.new_code_cell("1 + 1")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "77_short.ipynb")
    jupyter = Path(sys.executable).with_name("jupyter")
    command = [jupyter, "nbconvert", "--to", "scalinglab_html", "--output-dir", tmp_path / "out", "77_short.ipynb"]
    library = bundle()
    (tmp_path / ".cache" / "scalinglab").mkdir(parents=True)
    (tmp_path / ".cache" / "scalinglab" / cache_file().name).write_text(library, encoding="utf-8")
    home = os.environ | {"HOME": str(tmp_path)}
    done = subprocess.run(command, cwd=tmp_path, env=home, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    made = (tmp_path / "out" / "77_short.html").read_text(encoding="utf-8")
    assert re.search(r"<h1[^>]*>.*Short</h1>", made)
    assert '<pre class="sl-printed">2</pre>' in made
    assert "<math" in made


def test_a_notebook_that_is_no_file_is_run_all_the_same(notebook):
    """Its name is what nbconvert calls it."""
    read = nbformat.read(notebook, as_version=4)
    made, _ = PageExporter().from_notebook_node(read, {"metadata": {"name": "00_first", "path": "nowhere"}})
    assert "<h1" in made
