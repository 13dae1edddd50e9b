"""What the browser needs for a panel and for what is closed, as files: for pages that are no notebook."""

from __future__ import annotations

from scalinglab.live.browser.view import View
from scalinglab.live.lesson.sealed import Curtain
from scalinglab.live.vega.runtime import bundle


def widget_files() -> dict[str, tuple[str, str]]:
    """The module and the style of each widget, by its name on a page."""
    return {"panel": (str(View._esm), str(View._css)), "curtain": (str(Curtain._esm), str(Curtain._css))}


def drawing_library() -> str:
    """The module with which panels draw, 0.9 MB."""
    return bundle()
