"""One chapter as one file: everything that its page needs stands in it, so that it can be sent or put into an LMS."""

from __future__ import annotations

import base64
import json
import mimetypes
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

from scalinglab.site.assets import SCRIPTS, asset_files, widgets
from scalinglab.site.building import title_of
from scalinglab.site.keeping import Kept, cell_keys, default_folder
from scalinglab.site.lesson import course_script
from scalinglab.site.pages import HOME, Chapter, Site, chapter_page
from scalinglab.site.running import cells_of, run_chapter


def single_page(path: Path, *, kept: Path | None = None) -> str:
    """Run a notebook unless it was run before, and write its page as one file.

    Parameters
    ----------
    path : Path
        The notebook.
    kept : Path, optional
        Where pieces of earlier builds are kept; by default in the user's cache.

    Raises
    ------
    ValueError
        If a cell fails (it is named) or a formula cannot be typeset.
    """
    store, cells = Kept(kept or default_folder()), cells_of(path)
    keys = cell_keys(path.stem, cells)
    parts = store.chapter(keys)
    if parts is None:
        run_chapter(path, store.folder, lambda told: None)
        parts = store.chapter(keys) or {}
    chapter = Chapter(path.stem, title_of(path.stem, cells))
    page = chapter_page(chapter, cells, parts, Site((chapter,), projects=False))
    files = asset_files() | {
        name: held for each in parts.values() for part in each for name, held in part.files.items()
    }
    files["assets/course.js"] = course_script({chapter.number: ""})
    files[f"notebooks/{path.stem}.ipynb"] = path.read_bytes()
    for picture in re.findall(r'src="(figures/[^"]+)"', page):
        files[picture] = (path.parent / picture).read_bytes()
    return _gathered(page, files)


def _gathered(page: str, files: Mapping[str, bytes]) -> str:
    """A page with the files that it names in it."""

    def text(name: str) -> str:
        return files[name].decode()

    def style(found: re.Match[str]) -> str:
        inner = re.sub(
            r'url\("([^"]+)"\)', lambda each: f'url("{_address(f"assets/{each[1]}", files)}")', text(found[1])
        )
        return f"<style>\n{inner}\n</style>"

    def script(code: str) -> str:
        return "<script>\n" + re.sub(r"</(?=script)", r"<\\/", code, flags=re.IGNORECASE) + "</script>"

    first, *others = SCRIPTS
    later = [f"assets/{name}.js" for name in [*widgets(), "vega"]] + [
        name for name in files if name.startswith("data/")
    ]
    there = [name.removeprefix("assets/") if name.startswith("assets/") else f"../{name}" for name in later]
    loaded = f"for (const path of {json.dumps(there)}) scalinglab.loading.set(path, Promise.resolve());\n"
    scripts = [
        *(script(text(name)) for name in later),
        script(loaded),
        *(script(text(f"assets/{name}")) for name in others),
    ]

    page = re.sub(r'<link rel="pre(?:load|fetch)" [^>]*>\s*', "", page)
    page = re.sub(r'<link rel="stylesheet" href="([^"]+)">', style, page)
    page = page.replace(f'<script src="assets/{first}"></script>', script(text(f"assets/{first}")))
    page = re.sub(r'(?:<script src="[^"]+" defer></script>\s*)+', lambda _: "\n".join(scripts) + "\n", page)
    page = re.sub(r'<div class="sl-find".*?</div>\s*', "", page)
    page = re.sub(rf'<a [^>]*href="{HOME}"[^>]*>(.*?)</a>', r"<span>\1</span>", page)
    return re.sub(
        r'(src|href)="((?:figures|pictures|notebooks)/[^"]+)"',
        lambda found: f'{found[1]}="{_address(found[2], files)}"',
        page,
    )


def _address(name: str, files: Mapping[str, bytes]) -> str:
    """A file as an address that holds it."""
    kind = {".woff2": "font/woff2", ".ipynb": "application/x-ipynb+json"}.get(Path(name).suffix)
    kind = kind or mimetypes.guess_type(name)[0] or "application/octet-stream"
    return f"data:{kind};base64,{base64.b64encode(files[name]).decode()}"


def single_page_of(text: str, stem: str, folder: Path) -> str:
    """The page of a notebook that is not a file of its own, such as one that another program has read or changed.

    Parameters
    ----------
    text : str
        The notebook as JSON.
    stem : str
        What its file would be called, without the ending.
    folder : Path
        Where its pictures lie.
    """
    with tempfile.TemporaryDirectory() as made:
        path = Path(made) / f"{stem}.ipynb"
        path.write_text(text, encoding="utf-8")
        if (folder / "figures").is_dir():
            (Path(made) / "figures").symlink_to((folder / "figures").resolve(), target_is_directory=True)
        return single_page(path)
