"""A panel as a part of a page: its baked frames, the scripts that draw them, and a picture where no script runs."""

from __future__ import annotations

import html
import re
from typing import Any

from scalinglab.live import Panel
from scalinglab.site.baking import packing
from scalinglab.site.baking.baked import Baked, bake
from scalinglab.site.baking.stops import plan_of
from scalinglab.site.parts import Executed, Part


def panel_part(panel: Panel, chapter: Executed, cell_id: str) -> Part:
    """Bake a panel and write what its page needs."""
    baked = bake(panel, chapter.number, plan_of(chapter.number, panel.name))
    name = f"{chapter.number}/{panel.name}"
    picture = f"pictures/{name}.svg"
    files = {f"data/{name}.js": packing.script(name, baked.data)}
    if baked.picture:
        files[picture] = baked.picture.encode()
    model = name.replace("/", "-")
    shown = _html(baked, model, picture if baked.picture else "")
    return Part(cell_id, shown, {model: baked.traits}, files, (str(baked.report),))


def _html(baked: Baked, model: str, picture: str) -> str:
    """The placeholder of a panel: its picture, or behind a fold where it would give an answer away."""
    traits = baked.traits
    title = f"<h3>{html.escape(traits['title'])}</h3>" if traits["title"] else ""
    shown = _figure(traits, baked, picture)
    if traits["closed"]:
        fold = f"<noscript><details><summary>Show it without predicting</summary>{shown}</details></noscript>"
        shown = f"<p>{html.escape(traits['closed'])}</p>{fold}"
    name = html.escape(model)
    return f'<div class="sl-site-widget" data-widget="panel" data-model="{name}">{title}{shown}</div>'


def _figure(traits: dict[str, Any], baked: Baked, picture: str) -> str:
    words = html.escape(baked.caption)
    if not picture:
        return f"<p>{words}</p>"
    described = " ".join(filter(None, (chart.get("description") or chart.get("title") for chart in traits["charts"])))
    size = _SIZE.search(baked.picture)
    room = f' width="{round(float(size[1]))}" height="{round(float(size[2]))}"' if size else ""
    image = f'<img src="{html.escape(picture)}" alt="{html.escape(described or traits["title"])}" loading="lazy"{room}>'
    return f'<figure class="sl-site-picture">{image}<figcaption>{words}</figcaption></figure>'


_SIZE = re.compile(r'<svg [^>]*?width="([\d.]+)" height="([\d.]+)"')
