"""The ticket that chapter 07 keeps in a file trains as it did in the search that found it: the chapter's own cells."""

from __future__ import annotations

import numpy as np

from scalinglab.training import load_networks
from tests.course.notebooks import COURSE, code_cells


def test_the_ticket_in_the_file_is_the_one_that_was_found(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    imports, *cells = code_cells(COURSE / "07_lottery_tickets.ipynb")
    names: dict = {}
    for cell in [imports, *(cell for cell in cells if "SMALL = " in cell or "ticket.safetensors" in cell)]:
        exec(cell, names)
    assert [path.name for path in tmp_path.iterdir()] == ["ticket.safetensors"]
    assert load_networks("ticket.safetensors").about == names["SMALL"]
    search, again = names["search"], names["again"]
    for kept, mask in zip(names["masks"], search.masks[0][-1], strict=True):
        np.testing.assert_array_equal(kept, mask)
    for (weight, bias), (trained, moved) in zip(again.arrays(0), search.trained[0], strict=True):
        np.testing.assert_array_equal(weight, trained)
        np.testing.assert_array_equal(bias, moved)
    assert again.test_error[0, -1] == search.rows()[-1]["test_error"] < 0.1
