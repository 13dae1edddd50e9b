"""A student's page of feedback, as nbgrader makes it, but whole in itself: it asks no network for anything.

Formulas leave the text before it becomes HTML, as words that no step changes, and come back as MathML, which browsers
draw by themselves. Only ``worker`` imports this.
"""

from __future__ import annotations

import html
import importlib.util
import re
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar
from xml.etree import ElementTree

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from nbconvert.exporters import HTMLExporter
from nbconvert.filters import Highlight2HTML
from nbconvert.filters.widgetsdatatypefilter import WidgetsDataTypeFilter
from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbgrader.converters import GenerateFeedback
from nbgrader.preprocessors import GetGrades, NbGraderPreprocessor
from nbgrader.utils import capture_log, temp_attrs
from traitlets.config import Config

from scalinglab._files import write_atomically
from scalinglab.classroom.nbgrader.check_outputs import is_check
from scalinglab.classroom.nbgrader.class_folder import notebook_of
from scalinglab.exercises.check_result import MARK, of_points

#: Code, which holds no formulas, or a formula: displayed, or within a line.
_MATH = re.compile(
    r"(?P<code>```.*?(?:```|\Z)|~~~.*?(?:~~~|\Z)|(?P<ticks>`+)[^`].*?(?P=ticks))"
    r"|\$\$(?P<display>.+?)\$\$|\\\[(?P<brackets>.+?)\\\]|(?P<environment>\\begin\{(?P<name>[a-z]+\*?)\}.+?\\end\{(?P=name)\})"
    r"|(?<![\\$])\$(?!\s)(?P<inline>(?:[^$\\`]|\\.)+?)(?<!\s)\$(?!\d)|\\\((?P<round>.+?)\\\)",
    re.DOTALL,
)
_WORD = re.compile(r"slformula(?P<kind>[di])(?P<hex>[0-9a-f]+)z")
_TAG_OR_WORD = re.compile(rf"(?P<tag><[^<>]*>)|{_WORD.pattern}")
_MATHJAX = re.compile(r"<!-- Load mathjax -->.*?<!-- End of mathjax configuration -->", re.DOTALL)
_NO_NETWORK = (
    '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; img-src data:; media-src data:; '
    "font-src data:; style-src 'unsafe-inline'\">"
)


#: Cells whose colours are kept, of up to so many characters.
_CELLS, _LONG = 2_000, 10_000

_IMAGE_WITHOUT_WORDS = re.compile(r"<img\b(?![^>]*\balt=)")


class _CompiledTemplates(BytecodeCache):
    """Templates as Jinja compiled them, for all exporters of this process: each has an environment of its own."""

    def __init__(self) -> None:
        self._known: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give what is known."""
        if bucket.key in self._known:
            bucket.bytecode_from_string(self._known[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it."""
        self._known[bucket.key] = bucket.bytecode_to_string()


_compiled = _CompiledTemplates()


class Highlighted(Highlight2HTML):
    """Code in colours, kept for all pages of this process: most cells of a chapter are those of every other student."""

    _known: ClassVar[dict[tuple[Any, ...], str]] = {}

    def __call__(self, source: str, language: str | None = None, metadata: Any = None) -> str:
        """Colour the code of one cell."""
        key = (source, repr(language or self.pygments_lexer), repr((metadata or {}).get("magics_language")))
        if key not in self._known:
            made = super().__call__(source, language, metadata)
            if len(source) > _LONG or self.extra_formatter_options:
                return made
            if len(self._known) >= _CELLS:
                self._known.clear()
            self._known[key] = made
        return self._known[key]


class PageExporter(HTMLExporter):
    """nbconvert's exporter without what takes longer than the page: compiling templates, and parsing the HTML again.

    It is parsed to name pictures without words, which a pattern finds, and for a template that nbgrader does not use.
    """

    def _create_environment(self) -> Any:
        made = super()._create_environment()
        made.bytecode_cache = _compiled
        return made

    def from_notebook_node(self, nb: Any, resources: Any = None, **named: Any) -> tuple[str, Any]:
        """Convert a notebook."""
        told = nb.metadata.get("language_info", {})
        lexer = told.get("pygments_lexer", told.get("name"))
        resources = self._init_resources(resources)
        self.register_filter("highlight_code", Highlighted(pygments_lexer=lexer, parent=self))
        kinds = WidgetsDataTypeFilter(notebook_metadata=self._nb_metadata, parent=self, resources=resources)
        self.register_filter("filter_data_type", kinds)
        page, resources = super(HTMLExporter, self).from_notebook_node(nb, resources, **named)
        return _IMAGE_WITHOUT_WORDS.sub('<img alt="A picture without a description"', page), resources


class TextOfPage(NbGraderPreprocessor):
    """Let formulas leave the text, and let the box of a check tell the points that a person gave."""

    def preprocess_cell(self, cell: Any, resources: Any, index: int) -> tuple[Any, Any]:
        """Change one cell."""
        if cell.cell_type == "markdown":
            cell.source = _MATH.sub(_as_word, cell.source)
        elif is_check(cell):
            told = cell.metadata["nbgrader"]
            for output in cell.outputs:
                mark = output.get("data", {}).get(MARK)
                if mark and told["score"] != mark["points"]:
                    by_hand = f"{of_points(told['score'], told['points'])}, given by hand"
                    box = "".join(output.data.get("text/html", ""))
                    output.data["text/html"] = box.replace(of_points(mark["points"], mark["max_points"]), by_hand)
        return cell, resources


def write_feedback(nbgrader: Any, assignment: str, student: str) -> dict[str, Any]:
    """Do what ``NbGraderAPI.generate_feedback`` does, with a page that needs no network; gives nbgrader's answer."""
    template = Config()
    template.HTMLExporter.template_name = "feedback"
    with temp_attrs(nbgrader.coursedir, assignment_id=assignment, student_id=student):
        app = GenerateFeedback(coursedir=nbgrader.coursedir, parent=nbgrader)
        app.exporter_class = PageExporter
        app.preprocessors = [GetGrades, TextOfPage, CSSHTMLHeaderPreprocessor]
        app.update_config(template)
        app.force = True
        told = capture_log(app)
    folder = notebook_of(Path(nbgrader.coursedir.root), "feedback", assignment, student).parent
    for page in folder.glob("*.html") if told["success"] else ():
        write_atomically(page, without_network(page.read_text(encoding="utf-8")).encode("utf-8", "replace"))
    return told


def without_network(page: str) -> str:
    """A page of nbgrader's without its scripts from elsewhere, and with the formulas in their places."""
    page = _MATHJAX.sub("", page).replace('<meta charset="utf-8" />', f'<meta charset="utf-8" />{_NO_NETWORK}', 1)
    return _TAG_OR_WORD.sub(_as_formula, page)


def _as_word(found: re.Match[str]) -> str:
    if found["code"]:
        return found[0]
    display = found["display"] or found["brackets"] or found["environment"]
    text = display or found["inline"] or found["round"]
    return f"slformula{'d' if display else 'i'}{text.strip().encode('utf-8', 'replace').hex()}z"


def _as_formula(found: re.Match[str]) -> str:
    if found["tag"]:  # the anchor of a heading, say
        return _WORD.sub("", found["tag"])
    text, display = bytes.fromhex(found["hex"]).decode(), found["kind"] == "d"
    signs = "$$" if display else "$"
    return _mathml(text, "block" if display else "inline") or html.escape(f"{signs}{text}{signs}")


@lru_cache(2000)
def _mathml(formula: str, display: str) -> str:
    """A formula as MathML; empty if it cannot be written so."""
    if importlib.util.find_spec("latex2mathml") is None:
        return ""
    from latex2mathml.converter import convert

    try:
        found = convert(formula, display=display)
        tags = {element.tag.rpartition("}")[2] for element in ElementTree.fromstring(found).iter()}
    except Exception:  # of a student's formula, whatever it is
        return ""
    return found if all(tag.startswith("m") for tag in tags) else ""
