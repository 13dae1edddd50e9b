"""The drawing library in the browser: Vega, bundled once on this machine, sent once to each page.

``vl_convert`` carries the Vega project's own JavaScript; the bundle it makes is kept in the user's cache folder under
the version it holds, which serves kernels without it as well. One hidden widget for each kernel hands it to all panels,
so nothing comes from a network.
"""

from __future__ import annotations

import importlib.metadata
import os
import tempfile
from pathlib import Path

import anywidget
import platformdirs
import traitlets

from scalinglab.live.vega import engine

_ENTRY = "export { vegaEmbed };"


#: What the page gets where there is neither a bundle nor the means to make one: the panel shows this sentence.
_MISSING = """export function vegaEmbed() {
  throw new Error("its library Vega is not on this machine: install vl-convert-python and restart the kernel");
}"""


def cache_file() -> Path:
    """Where the bundle is kept; the name holds the version of the package it came from.

    Without the package it is the newest bundle that was kept.
    """
    folder = Path(platformdirs.user_cache_dir("scalinglab"))
    try:
        return folder / f"vega-embed-{importlib.metadata.version('vl-convert-python')}.js"
    except importlib.metadata.PackageNotFoundError:
        kept = sorted(folder.glob("vega-embed-*.js"), key=lambda file: file.stat().st_mtime)
        return kept[-1] if kept else folder / "vega-embed-none.js"


def bundle() -> str:
    """The JavaScript module that exports ``vegaEmbed`` (0.9 MB), from the cache or made now (about one second)."""
    path = cache_file()
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        try:
            code = engine.ask("bundle", _ENTRY)
        except engine.VegaMissingError:
            return _MISSING
        _keep(path, code)
        return code


def _keep(path: Path, code: str) -> None:
    """Write the file in one step, so that a second kernel never reads half of it; a read-only disk is no error."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=path.parent, suffix=".part")
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(code)
        Path(draft).replace(path)
    except OSError:
        return


class Runtime(anywidget.AnyWidget):
    """The hidden widget that holds the bundle."""

    _esm = "export default { render() {} };"
    code = traitlets.Unicode().tag(sync=True)
    version = traitlets.Unicode().tag(sync=True)


_current: list[Runtime] = []


def runtime() -> Runtime:
    """The one runtime of this kernel; made when first asked for, and again if somebody closed all widgets."""
    if not _current or _current[0].comm is None:
        _current[:] = [Runtime(code=bundle(), version=cache_file().stem)]
    return _current[0]
