"""The outputs of a chapter that was run, as pieces of its page."""

from __future__ import annotations

import html
from dataclasses import replace

from scalinglab.live import Panel
from scalinglab.site.markdown import Prose, typeset
from scalinglab.site.parts import Cell, Executed, Output, Part


def render_cell(cell: Cell, executed: Executed) -> list[Part]:
    """The pieces of a page that the outputs of one cell become, in order."""
    return [replace(part_of(output, cell, executed), cell_id=cell.id) for output in cell.outputs]


def part_of(output: Output, cell: Cell, executed: Executed) -> Part:
    """One output as a piece of a page."""
    from scalinglab.site.lesson import lesson_part
    from scalinglab.site.panels import panel_part

    if elsewhere := getattr(output.value, "elsewhere", ""):  # of the machine that it runs on, and no other's business
        return Part("", f'<p class="sl-note-line"><em>{html.escape(elsewhere)}</em></p>')
    if isinstance(output.value, Panel):
        return panel_part(output.value, executed, cell.id)
    return lesson_part(output, cell, executed, typeset) or Part("", html_of(output.bundle))


def html_of(bundle: dict) -> str:
    """What a notebook would show of an output: the richest form that needs no script."""
    if "text/html" in bundle:
        return f'<div class="sl-wide">{typeset(bundle["text/html"])}</div>'
    if "text/markdown" in bundle:
        return Prose(lambda address: address).html(bundle["text/markdown"])
    if "image/svg+xml" in bundle:
        return f'<span class="sl-picture">{bundle["image/svg+xml"]}</span>'
    return f'<pre class="sl-printed">{html.escape(str(bundle.get("text/plain", "")))}</pre>'
