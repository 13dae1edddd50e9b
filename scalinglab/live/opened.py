"""The panels of this kernel: a cell that is run again replaces its panel, and the first one tells about folded code."""

from __future__ import annotations

import weakref
from typing import Any

_open: weakref.WeakSet[Any] = weakref.WeakSet()
_first: list[str] = []


def open_panels() -> list[Any]:
    """The panels of this kernel that are still in use, for tests that wait for every run to end."""
    return list(_open)


def enter(panel: Any) -> None:
    """Count a panel among those in use, and stop others of its name: their cell was run again, nobody watches them."""
    for other in _open:
        if other.name == panel.name != "panel":
            other.stop()
    _open.add(panel)


def is_first(name: str) -> bool:
    """Whether the first panel that this kernel made has this name."""
    _first[:] = _first or [name]
    return _first == [name]
