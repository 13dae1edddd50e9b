"""What all pages share: the widgets' scripts and styles, the drawing library, the site's scripts, style and font."""

from __future__ import annotations

from pathlib import Path

from scalinglab.exercises import CourseMap, Prediction
from scalinglab.exercises.hints import HintButton
from scalinglab.live import drawing_library, widget_files
from scalinglab.site.scripts import vega_script, widget_script

_STATIC = Path(__file__).parent / "static"
#: The scripts that every page has, in the order in which they need each other. ``course.js`` is made.
SCRIPTS = ("page_model.js", "course.js", "site.js")
#: Of what ``site.js`` is joined, in order: a page waits for each script that it asks for.
JOINED = (
    "wording.js",
    "journal.js",
    "standing.js",
    "journal_box.js",
    "lesson_models.js",
    "panel_state.js",
    "frames.js",
    "baked_model.js",
    "page.js",
    "mount.js",
)
#: The script that ``page.js`` loads when somebody searches; it loads ``search_index.js``.
LATER = {"search.js"}


def widgets() -> dict[str, tuple[str, str]]:
    """Module and style of each widget, by the name that placeholders on pages call it."""
    own = {"predict": Prediction, "hint": HintButton, "map": CourseMap}
    return widget_files() | {name: (str(kind._esm), str(getattr(kind, "_css", "") or "")) for name, kind in own.items()}


def asset_files() -> dict[str, bytes]:
    """The files of the folder ``assets`` by their paths from the folder of the site."""
    made = {f"assets/{name}.js": widget_script(name, module) for name, (module, _) in widgets().items()}
    made["assets/vega.js"] = vega_script(drawing_library())
    styles = dict.fromkeys(style for _, style in widgets().values() if style)
    made["assets/widgets.css"] = "\n".join(styles).encode()
    made["assets/site.js"] = b"\n".join((_STATIC / name).read_bytes() for name in JOINED)
    for path in sorted(_STATIC.rglob("*")):
        if path.is_file() and path.name not in JOINED:
            made[f"assets/{path.relative_to(_STATIC).as_posix()}"] = path.read_bytes()
    return made
