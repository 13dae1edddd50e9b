"""Building a site: what has changed is run, what is written is whole, and a folder of somebody else is left alone."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path

import pytest

import scalinglab
from scalinglab.cli import main
from scalinglab.site import keeping
from scalinglab.site.assets import JOINED, LATER, SCRIPTS, asset_files
from scalinglab.site.baking import stops
from scalinglab.site.building import MANIFEST, build_site
from scalinglab.site.keeping import Kept, Keys, cell_keys
from scalinglab.site.parts import Cell, Part
from scalinglab.site.search_index import sections_of

pytestmark = [
    pytest.mark.xdist_group("browser"),  # where the site is built
    pytest.mark.skipif("SCALINGLAB_SITE" in os.environ, reason="another site is looked at"),
]


@pytest.fixture
def course(site: Path, tmp_path: Path) -> Path:
    """The folder of the two small chapters, with what was kept of them beside it: nothing of it is run again."""
    for name in ("course", "kept", "site"):
        shutil.copytree(site.parent / name, tmp_path / name)
    return tmp_path / "course"


def built(course: Path, *numbers: str, out: str = "site"):
    chapters = sorted(path for path in course.glob("*.ipynb") if path.stem[:2] in (numbers or ("00", "01")))
    return build_site(course, chapters, course.parent / out, jobs=1, kept=course.parent / "kept", say=lambda line: None)


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_nothing_changes_if_nothing_has_changed(course):
    before = contents(course.parent / "site")
    again = built(course)
    assert (again.ran, again.written, again.deleted) == ((), (), ())
    assert contents(course.parent / "site") == before


def test_another_folder_gets_the_same_bytes(course):
    built(course, out="other")
    assert contents(course.parent / "other") == contents(course.parent / "site")


def test_computed_again_it_is_the_same_bytes(course, site):
    shutil.rmtree(course.parent / "kept")
    assert built(course, "01", out="again").ran == ("01_second",)
    again, before = contents(course.parent / "again"), contents(site)
    own = [name for name in again if name.startswith(("data", "pictures", "notebooks"))]
    assert own == ["data/01/dots.js", "notebooks/01_second.ipynb", "pictures/01/dots.svg"]
    assert [name for name in own if again[name] != before[name]] == []


def test_what_cannot_be_typeset_is_told_with_its_chapter(course):
    change(course / "00_first.ipynb", "That was all.", r"That was $\\frac{1}$ all.")
    with pytest.raises(ValueError, match=r"^00_first.ipynb: formula must be TeX that can be typeset "):
        built(course)


def test_a_change_of_prose_runs_nothing(course):
    change(course / "00_first.ipynb", "That was all.", "That was nearly all.")
    again = built(course)
    assert again.ran == ()
    assert set(again.written) == {"00_first.html", "assets/search_index.js", "notebooks/00_first.ipynb"}
    assert "nearly all" in (again.folder / "00_first.html").read_text(encoding="utf-8")


def test_chapters_that_were_built_before_stay(course):
    before = contents(course.parent / "site")
    assert built(course, "01").written == ()
    assert contents(course.parent / "site") == before
    alone = built(course, "01", out="alone")
    assert "00_first" not in (alone.folder / "01_second.html").read_text(encoding="utf-8")


def test_a_build_that_was_stopped_is_taken_up_again(course):
    (course.parent / "site" / "data" / "00" / "curve.js").write_bytes(b"half")
    (course.parent / "site" / "index.html").unlink()
    (course.parent / "site" / MANIFEST).write_bytes(b"{}\n")
    assert set(built(course).written) == {"data/00/curve.js", "index.html"}


def test_what_is_no_longer_there_is_deleted(course):
    manifest = course.parent / "site" / MANIFEST
    told = json.loads(manifest.read_text(encoding="utf-8"))
    told["files"]["data/00/old.js"] = ""
    manifest.write_text(json.dumps(told), encoding="utf-8")
    (course.parent / "site" / "data" / "00" / "old.js").touch()
    assert built(course).deleted == ("data/00/old.js",)
    assert not (course.parent / "site" / "data" / "00" / "old.js").exists()


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("nothing", "01_second.ipynb: cell 9 (c08) failed: NameError: name 'nothing' is not defined"),
        ("__import__('os')._exit(3)", "the process of 01_second.ipynb ended, maybe for want of memory: try --jobs 1"),
    ],
)
def test_a_chapter_that_fails_is_named_and_nothing_is_written(course, capsys, code, sentence):
    """Also of the chapter that does not fail."""
    change(course / "00_first.ipynb", "That was all.", "Changed.")
    change(course / "01_second.ipynb", "3 + 4", f"3 + {code}")
    before = contents(course.parent / "site")
    out, kept = str(course.parent / "site"), str(course.parent / "kept")
    assert main(["site", "--course", str(course), "--out", out, "--cache", kept, "--jobs", "1"]) == 2
    assert capsys.readouterr().err == f"scalinglab site: {sentence}\n"
    assert contents(course.parent / "site") == before


def test_a_package_that_changes_while_chapters_run_is_told_and_nothing_is_written(course, monkeypatch):
    """What ran under other code is kept under other keys: its page would have no panels."""
    change(course / "01_second.ipynb", "3 + 4", "3 + 5")
    before = contents(course.parent / "site")
    monkeypatch.setattr("scalinglab.site.building.run_chapters", lambda *given, **more: None)
    with pytest.raises(ValueError, match=r"^01_second.ipynb was run, but the package or the cache changed meanwhile"):
        built(course)
    assert contents(course.parent / "site") == before


def test_the_command_says_what_it_did(course, capsys):
    out, kept = course.parent / "site", str(course.parent / "kept")
    assert main(["site", "0", "--course", str(course), "--out", str(out), "--cache", kept]) == 0
    first, last = capsys.readouterr().out.splitlines()
    assert first.startswith("Built: 1 chapter, 0 of them run; nothing has changed, ")
    assert last == f"Open {out / 'index.html'}"


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (["99"], "chapter must be one of 00, 01, got '99'"),
        (["--jobs", "0"], "jobs must be 1 or more, got 0"),
        (["--jobs", "two"], "--jobs must be a whole number, got 'two'"),
        (["--repository", "mine"], "repository must be OWNER/REPO, got 'mine'"),
        (["--out", "COURSE"], "out must be a new or empty folder, or one that holds a site: "),
        (["--out", "COURSE/00_first.ipynb"], "out must be a folder, and this is a file, got "),
    ],
)
def test_bad_input_is_one_sentence(course, capsys, given, sentence):
    given = [word.replace("COURSE", str(course)) for word in given]
    out = [] if "--out" in given else ["--out", str(course.parent / "new")]
    assert main(["site", *given, "--course", str(course), *out]) == 2
    said = capsys.readouterr().err.splitlines()
    assert said[-1].startswith(f"scalinglab site: {sentence}")
    assert not (course.parent / "new").exists()


def test_binder_is_linked_where_the_repository_is_known(course):
    before = (course.parent / "site" / "00_first.html").read_text(encoding="utf-8")
    assert "mybinder" not in before
    build_site(
        course,
        [course / "00_first.ipynb"],
        course.parent / "site",
        repository="owner/repo",
        kept=course.parent / "kept",
    )
    page = (course.parent / "site" / "00_first.html").read_text(encoding="utf-8")
    assert "https://mybinder.org/v2/gh/owner/repo/HEAD?urlpath=lab/tree/course/00_first.ipynb" in page


def test_every_script_of_the_site_is_on_its_pages():
    own = {name.removeprefix("assets/") for name in asset_files() if name.endswith(".js")}
    loaded = {"panel.js", "predict.js", "curtain.js", "hint.js", "map.js", "vega.js"}  # by mount.js, when needed
    assert own | {"course.js"} == set(SCRIPTS) | LATER | loaded
    written = {path.name for path in (Path(scalinglab.__file__).parent / "site" / "static").glob("*.js")}
    assert written == {"page_model.js", *JOINED} | LATER


def test_nothing_on_a_page_tells_of_the_machine_that_made_it(site):
    """The first chapter asks what this machine lacks."""
    page = (site / "00_first.html").read_text(encoding="utf-8")
    assert "In JupyterLab, this cell tells you what your machine lacks." in page
    for folder in (Path.home(), Path.cwd(), site.parent):
        assert f"{folder}/" not in page


def test_the_line_that_has_an_exercise_checked_is_not_on_its_page(site):
    """It means nothing without a notebook; the stub and the box of the exercise stand there."""
    page = (site / "00_first.html").read_text(encoding="utf-8")
    code = [re.sub(r"<[^>]+>", "", each) for each in re.findall(r'<div class="sl-source">(.*?)</div>', page, re.DOTALL)]
    assert any("def parameter_count" in each for each in code)
    assert not any("check(" in each for each in code)
    assert page.index("NotImplementedError") < page.index('data-widget="hint"')


def test_sections_that_a_search_finds(site):
    page = (site / "00_first.html").read_text(encoding="utf-8")
    sections = {anchor: (title, head, text) for _, anchor, title, head, text in sections_of("00_first.html", page)}
    assert list(sections) == ["", "Course-map", "A-curve", "A-prediction", "An-exercise", "Summary"]
    assert sections["A-curve"][:2] == ("00 First chapter", "A curve")
    assert sections["A-curve"][2].startswith("The curve is y=xa+c, so that")
    assert "def curve" not in sections["A-curve"][2]


def test_how_finely_a_panel_is_baked_is_in_the_keys_of_its_own_chapter(monkeypatch):
    cells = (Cell("c01", "code", "1 + 1"),)
    before = {stem: cell_keys(stem, cells) for stem in ("05_one", "12_other")}
    finer = stops._written() | {"12/width-laws": {"stops": 99}}
    monkeypatch.setattr(stops, "_written", lambda: finer)
    assert cell_keys("05_one", cells) == before["05_one"]
    assert cell_keys("12_other", cells)["c01"].panels != before["12_other"]["c01"].panels


def test_of_the_package_all_counts_that_computes_or_draws(tmp_path, monkeypatch):
    monkeypatch.setattr(keeping, "_PACKAGE", tmp_path)
    places = ("live/panel.py", "site/baking/sets.py", "site/baking/stops.toml", "site/pages.py", "site/lesson.py")
    for place in places:
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_text("1")
    counts = []
    for place in places:
        before = [keeping.versions_key.__wrapped__(panels) for panels in (True, False)]
        (tmp_path / place).write_text("2")
        counts.append([keeping.versions_key.__wrapped__(panels) for panels in (True, False)] != before)
    assert counts == [True, True, False, False, True]


def test_what_was_kept_comes_back_and_what_is_broken_does_not(tmp_path):
    kept, keys = Kept(tmp_path / "kept"), Keys("one", "two")
    part = Part("c01", "<p>", {"m": {"value": 1.5}}, {"data/a.js": b"\x00\xff"}, ("line",))
    assert kept.read(keys) is None
    kept.write(keys, [part], panels=False)
    assert kept.read(keys) == [part]
    assert kept.read(Keys("one", "other")) is None
    (tmp_path / "kept" / "two.json").write_text("[{")
    assert kept.read(keys) is None
