"""The live panel: a learner moves a control, a pure function answers with rows, the rows appear under the chart.

- ``Panel``: controls, a function (or a generator, for a run), charts; a widget among others, by ``panel.widget``,
  ``panel.value`` and ``panel.observe``
- ``Slider``, ``Choice``, ``Switch``: the controls
- ``chart``, ``Axis``, ``Lines``, ``Points``, ``Band``, ``Bars``: charts over named data sets
- ``Table``, ``tie_out``: a few rows as a table; a chapter's claims beside what it measured
- ``Prose``: paragraphs that give an answer away

Panel, table and prose take ``after="01-width"``: closed until this prediction of ``scalinglab.exercises`` is sealed.

- ``PALETTE``, ``GREY``: the colours that all charts share
- ``open_panels``: the panels of this kernel, for tests
- ``Recording``: what a panel would show at other values, for pages without Python
- ``widget_files``, ``drawing_library``: what a browser needs for a panel, for such pages

No family of the course is known here: any function will do, and any chart, one of Altair's too.
"""

from scalinglab.live.charts import Axis, Band, Bars, Lines, Points, chart
from scalinglab.live.controls import Choice, Slider, Switch
from scalinglab.live.files import drawing_library, widget_files
from scalinglab.live.lesson.sealed import Prose
from scalinglab.live.opened import open_panels
from scalinglab.live.panel import Panel
from scalinglab.live.recording import Recording, Shot
from scalinglab.live.table import Table, tie_out
from scalinglab.live.theme import GREY, PALETTE

__all__ = [
    "GREY",
    "PALETTE",
    "Axis",
    "Band",
    "Bars",
    "Choice",
    "Lines",
    "Panel",
    "Points",
    "Prose",
    "Recording",
    "Shot",
    "Slider",
    "Switch",
    "Table",
    "chart",
    "drawing_library",
    "open_panels",
    "tie_out",
    "widget_files",
]
