"""What ``jupyter nbconvert --to scalinglab_html`` calls: a notebook as one web page on which its panels move."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import Exporter

from scalinglab.site.single import single_page, single_page_of


class PageExporter(Exporter):
    """A notebook as one page. It is run once more, as outputs that were saved cannot move."""

    output_mimetype = "text/html"

    def _file_extension_default(self) -> str:
        return ".html"

    def from_notebook_node(self, nb: Any, resources: Any = None, **kw: Any) -> tuple[Any, dict[str, Any]]:
        """The page and what nbconvert passes along."""
        nb, resources = super().from_notebook_node(nb, resources, **kw)
        about = resources.get("metadata", {})
        folder, stem = Path(about.get("path") or "."), about.get("name") or "notebook"
        path = folder / f"{stem}.ipynb"
        if path.is_file():
            return single_page(path), resources
        return single_page_of(nbformat.writes(nb), stem, folder), resources
