"""What earlier builds have made, kept in a folder of this machine: a piece is made again only if its code has changed.

The key of a piece is a hash of all that it can depend on: the code of its chapter down to its cell, how finely the
panels of its chapter are baked, the package and the versions of the libraries that compute and draw. Prose is not among
them, so that a change of prose computes nothing.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.metadata
import json
import os
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import platformdirs

import scalinglab
from scalinglab._files import write_atomically
from scalinglab.site.baking.stops import plans_of
from scalinglab.site.parts import Cell, Part

_PACKAGE = Path(scalinglab.__file__).parent
#: Of the package, what no piece depends on: the commands, the classroom, and what only puts pieces together.
_ASIDE = {"cli", "classroom"}
_ONLY_PAGES = {"assets.py", "building.py", "compiling.py", "exporting.py", "formulas.py", "keeping.py", "map_page.py"}
_ONLY_PAGES |= {"markdown.py", "pages.py", "running.py", "scripts.py", "search_index.py", "single.py"}
#: What is in the keys of the chapter that it speaks of, and of no other.
_PLANS = "stops.toml"
#: What of the site bakes panels.
_BAKING = ("baking", "executing", "panels", "parts")
_LIBRARIES = ("altair", "anywidget", "numpy", "scikit-learn", "scipy", "torch", "vl-convert-python")
#: Days after which a piece that no build has used is deleted.
_DAYS = 60


def default_folder() -> Path:
    """Where pieces are kept unless somebody says otherwise."""
    return Path(platformdirs.user_cache_dir("scalinglab")) / "site"


@cache
def versions_key(panels: bool) -> str:
    """The package and the libraries, as one hash; of the site itself, for panels, only what bakes them."""
    found = hashlib.sha256()
    for path in sorted(each for each in _PACKAGE.rglob("*") if each.suffix in {".py", ".json", ".toml"}):
        place = path.relative_to(_PACKAGE)
        aside = place.parts[0] in _ASIDE
        if place.parts[0] == "site":
            aside = place.name in {*_ONLY_PAGES, _PLANS} or (panels and not place.parts[1].startswith(_BAKING))
        if not aside:
            found.update(place.as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    for library in _LIBRARIES:
        found.update(f"{library} {importlib.metadata.version(library)}\n".encode())
    return found.hexdigest()


@dataclass(frozen=True)
class Keys:
    """Under what the pieces of a cell are kept: if its outputs are panels and nothing else, or if they are anything."""

    panels: str
    anything: str


def cell_keys(stem: str, cells: Iterable[Cell]) -> dict[str, Keys]:
    """The keys of each code cell of a chapter, in order; the code above it is in them, as a cell may use it."""
    plans = json.dumps(plans_of(stem[:2]), sort_keys=True)
    so_far, keys = hashlib.sha256(f"{stem}\0{plans}".encode()), dict[str, Keys]()
    for cell in cells:
        if cell.kind == "code":
            so_far.update(f"\0{cell.id}\0{cell.source}".encode())
            both = (
                hashlib.sha256(so_far.digest() + versions_key(kind).encode()).hexdigest()[:32] for kind in (True, False)
            )
            keys[cell.id] = Keys(*both)
    return keys


class Kept:
    """The folder of the pieces.

    Parameters
    ----------
    folder : Path
        Made when something is written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, keys: Keys) -> list[Part] | None:
        """The pieces of a cell, or None if they were not kept."""
        found = self._under(keys.panels)
        return self._under(keys.anything) if found is None else found

    def _under(self, key: str) -> list[Part] | None:
        """What cannot be read is as good as not there."""
        path = self.folder / f"{key}.json"
        try:
            told = json.loads(path.read_bytes())
            os.utime(path)
            return [_part(**one) for one in told]
        except (OSError, ValueError, TypeError):
            return None

    def write(self, keys: Keys, parts: Sequence[Part], *, panels: bool) -> None:
        """Keep the pieces of a cell, whose outputs are panels and nothing else, or anything."""
        key = keys.panels if panels else keys.anything
        self.folder.mkdir(parents=True, exist_ok=True)
        told = [
            vars(part) | {"files": {path: base64.b64encode(held).decode() for path, held in part.files.items()}}
            for part in parts
        ]
        write_atomically(self.folder / f"{key}.json", json.dumps(told).encode())

    def chapter(self, keys: dict[str, Keys]) -> dict[str, list[Part]] | None:
        """The pieces of all cells of a chapter, by the cell; None if one of them was not kept."""
        found = {cell: self.read(key) for cell, key in keys.items()}
        return (
            None
            if any(parts is None for parts in found.values())
            else {cell: list(parts or ()) for cell, parts in found.items()}
        )

    def forget_old(self) -> None:
        """Delete what no build has used for a long time."""
        for path in self.folder.glob("*.json"):
            if path.stat().st_mtime < time.time() - _DAYS * 86400:
                path.unlink(missing_ok=True)


def _part(*, files: dict[str, str], report: Sequence[str], **rest: object) -> Part:
    held = {path: base64.b64decode(text) for path, text in files.items()}
    return Part(files=held, report=tuple(report), **rest)  # pyright: ignore[reportArgumentType]
