"""What all pages share: the widgets' scripts and styles, the drawing library, the site's scripts, style and font."""

from __future__ import annotations

from pathlib import Path

from scalinglab.exercises import CourseMap, Prediction
from scalinglab.exercises.hints import HintButton
from scalinglab.live import drawing_library, widget_files
from scalinglab.site.scripts import vega_script, widget_script

_STATIC = Path(__file__).parent / "static"
#: The scripts that every page has: the first one before its models, the other one, which is joined, after them.
SCRIPTS = ("page_model.js", "site.js")
#: Of what ``site.js`` is joined, in the order in which the parts need each other. ``course.js`` is made.
JOINED = (
    "course.js",
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


def asset_files(course: bytes) -> dict[str, bytes]:
    """The files of the folder ``assets`` by their paths from the folder of the site.

    Parameters
    ----------
    course : bytes
        The script with what the map of the course needs.
    """
    made = {f"assets/{name}.js": widget_script(name, module) for name, (module, _) in widgets().items()}
    made["assets/vega.js"] = vega_script(drawing_library())
    styles = dict.fromkeys(style for _, style in widgets().values() if style)
    made["assets/widgets.css"] = "\n".join(styles).encode()
    own = {path.relative_to(_STATIC).as_posix(): path for path in sorted(_STATIC.rglob("*")) if path.is_file()}
    parts = {"course.js": course} | {name: own.pop(name).read_bytes() for name in JOINED if name in own}
    # A page that asks for a dozen scripts waits for each of them.
    made["assets/site.js"] = b"\n".join(parts[name] for name in JOINED)
    return made | {f"assets/{name}": path.read_bytes() for name, path in own.items()}
