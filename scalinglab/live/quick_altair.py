"""Altair, imported without the grammar of web addresses that jsonschema compiles beside JupyterLab.

jsonschema imports ``rfc3987_syntax`` wherever it finds it, and JupyterLab installs it. Its grammar takes a second to
compile, more than all of Altair, and serves to tell whether a text is an address, which no chart asks.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def _absent(name: str) -> Iterator[None]:
    """Let a module that is not loaded yet look as if it were not installed."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # pyright: ignore[reportArgumentType]  # the import system's own word for "not there"
    try:
        yield
    finally:
        del sys.modules[name]


with _absent("rfc3987_syntax"):
    import altair as alt  # noqa: F401  (for the modules that draw)
