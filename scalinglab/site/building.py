"""A site built from notebooks: what has changed is run and made anew, then all of it is written, or nothing."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import scalinglab
from scalinglab._checks import fail
from scalinglab._files import write_atomically
from scalinglab.site.assets import asset_files
from scalinglab.site.keeping import Kept, cell_keys, default_folder
from scalinglab.site.lesson import course_script
from scalinglab.site.map_page import map_page, projects_page
from scalinglab.site.pages import HOME, PROJECTS, Chapter, Site, chapter_page
from scalinglab.site.parts import Cell
from scalinglab.site.running import cells_of, named, run_chapters
from scalinglab.site.search_index import search_index

#: The file that makes a folder ours: what was written, and for which chapters.
MANIFEST = ".scalinglab-site.json"


@dataclass(frozen=True)
class Built:
    """What a build has done.

    Parameters
    ----------
    folder : Path
        The site.
    ran : tuple of str
        The chapters that were run, by their stems.
    written, deleted : tuple of str
        The files that have changed.
    size : int
        Bytes of all files.
    """

    folder: Path
    ran: tuple[str, ...]
    written: tuple[str, ...]
    deleted: tuple[str, ...]
    size: int


def build_site(
    course: Path,
    chapters: Sequence[Path],
    out: Path,
    *,
    repository: str = "",
    jobs: int = 2,
    kept: Path | None = None,
    say: Callable[[str], None] = print,
    step: Callable[[str, int, int], None] = lambda chapter, done, total: None,
) -> Built:
    """Build the pages of some chapters, the map and the search.

    Parameters
    ----------
    course : Path
        The folder of the notebooks.
    chapters : sequence of Path
        Their notebooks. Chapters that are in the folder already stay there.
    out : Path
        Where the site is written: a folder that is not there, is empty, or holds a site.
    repository : str
        ``"OWNER/REPO"`` on GitHub, for links to Binder.
    jobs : int
        How many chapters run at the same time, each in a process of one thread.
    kept : Path, optional
        Where pieces of earlier builds are kept; by default in the user's cache.
    say : callable
        Called with each line of the report.
    step : callable
        Called as ``step(chapter, done, total)`` with the cells of a chapter that were made.

    Raises
    ------
    ValueError
        If an argument is wrong, a cell fails (it is named), a formula cannot be typeset, or the package was changed
        while a chapter ran; nothing is written then.
    """
    before = check_folder(out)
    if jobs < 1:
        fail("jobs", "be 1 or more", jobs)
    if repository and not re.fullmatch(r"[\w.-]+/[\w.-]+", repository):
        fail("repository", "be OWNER/REPO", repository)
    store = Kept(kept or default_folder())
    cells = {path.stem: cells_of(path) for path in chapters}
    keys = {stem: cell_keys(stem, each) for stem, each in cells.items()}
    missing = [path for path in chapters if store.chapter(keys[path.stem]) is None]
    # Those with the most runs take longest; they come first, so that no process waits for the last one alone.
    missing.sort(key=lambda path: -sum("yield" in cell.source for cell in cells[path.stem] if cell.kind == "code"))
    run_chapters(missing, store.folder, jobs, step=step, say=say)
    parts = {stem: store.chapter(each) for stem, each in keys.items()}
    if lost := [stem for stem, each in parts.items() if each is None]:
        raise ValueError(f"{lost[0]}.ipynb was run, but the package or the cache changed meanwhile: build it again")

    earlier = _earlier(out, before, cells)
    titles = {stem: title_of(stem, each) for stem, each in cells.items()}
    titles |= {stem: before["chapters"][stem] for stem in earlier}
    projects = (course / "projects.md").is_file()
    site = Site(tuple(Chapter(*one) for one in sorted(titles.items())), repository, projects)
    pages = dict[str, str]()
    for chapter in site.chapters:
        if chapter.stem in cells:
            with named(chapter.stem):
                pages[chapter.page] = chapter_page(chapter, cells[chapter.stem], parts[chapter.stem] or {}, site)
    files = {path: held for held_by in earlier.values() for path, held in held_by.items()}
    for stem in cells:
        files[f"notebooks/{stem}.ipynb"] = (course / f"{stem}.ipynb").read_bytes()
        for each in (parts[stem] or {}).values():
            files |= {path: held for part in each for path, held in part.files.items()}
    files |= _shared(
        course, site, pages, {name: held.decode() for name, held in files.items() if name.endswith(".html")}
    )
    written, deleted = _write(out, files, before, titles)
    store.forget_old()
    return Built(out, tuple(sorted(path.stem for path in missing)), written, deleted, sum(map(len, files.values())))


def _earlier(out: Path, before: Mapping[str, Any], cells: Mapping[str, Any]) -> dict[str, dict[str, bytes]]:
    """The files of each chapter that was built before and is not asked for now, by its stem."""
    found = {}
    for stem in before.get("chapters", {}):
        if stem not in cells and (out / f"{stem}.html").is_file():
            own = (f"{stem}.html", f"data/{stem[:2]}/", f"pictures/{stem[:2]}/", f"notebooks/{stem}.ipynb")
            names = [name for name in before["files"] if name.startswith(own) and (out / name).is_file()]
            found[stem] = {name: (out / name).read_bytes() for name in names}
    return found


def check_folder(out: Path) -> dict[str, Any]:
    """What an earlier build says of its folder; empty for a new one.

    Raises
    ------
    ValueError
        If it is a folder of something else, or no folder.
    """
    if out.exists() and not out.is_dir():
        fail("out", "be a folder, and this is a file", str(out))
    if not out.is_dir() or not any(out.iterdir()):
        return {}
    try:
        return json.loads((out / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        fail("out", "be a new or empty folder, or one that holds a site: this one holds something else", str(out))
    except ValueError:
        return {"files": {}}


def title_of(stem: str, cells: Iterable[Cell]) -> str:
    """The first heading of a chapter, without its number."""
    for cell in cells:
        if cell.kind == "markdown" and (found := re.search(r"^# (?:\d\d )?(.+)$", cell.source, re.MULTILINE)):
            return found[1].strip()
    return stem


def _shared(course: Path, site: Site, made: Mapping[str, str], earlier: Mapping[str, str]) -> dict[str, bytes]:
    """The pages, and what they share: the map, the search, pictures and scripts."""
    pages = {**earlier, **made, HOME: map_page(course, site)}
    if site.projects:
        pages[PROJECTS] = projects_page(course, site)
    files = asset_files()
    for picture in sorted({name for page in pages.values() for name in re.findall(r'src="(figures/[^"]+)"', page)}):
        files[picture] = (course / picture).read_bytes()
    listed = {chapter.number: chapter.page for chapter in site.chapters}
    files["assets/course.js"] = course_script(listed, projects=PROJECTS if site.projects else "")
    files["assets/search_index.js"] = search_index(pages)
    return files | {name: page.encode() for name, page in pages.items()}


def _write(
    out: Path, files: Mapping[str, bytes], before: Mapping[str, Any], titles: Mapping[str, str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Write what differs, file by file and the list of them last: a build that was stopped is taken up again."""
    out.mkdir(parents=True, exist_ok=True)
    written = []
    if not (out / MANIFEST).exists():
        write_atomically(out / MANIFEST, b"{}\n")  # from now on this folder is ours
    for name, held in files.items():
        path = out / name
        if not path.is_file() or path.read_bytes() != held:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, held)
            written.append(name)
    deleted = [name for name in before.get("files", {}) if name not in files]
    for name in deleted:
        (out / name).unlink(missing_ok=True)
    sums = {name: hashlib.sha256(held).hexdigest()[:16] for name, held in sorted(files.items())}
    told = {"version": scalinglab.__version__, "chapters": dict(sorted(titles.items())), "files": sums}
    write_atomically(out / MANIFEST, (json.dumps(told, indent=1, ensure_ascii=False) + "\n").encode())
    return tuple(written), tuple(deleted)
