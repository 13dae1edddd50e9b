"""The ticket that chapter 07 keeps in a file trains as it did in the search that found it: the chapter's own cells."""

from __future__ import annotations

import numpy as np
import pytest

from scalinglab.training import digits, finish, load_networks, train
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
    same = {"initial": [names["weights"]] * 5, "masks": [names["masks"]] * 5}
    errors = finish(train(digits(), seed=range(1, 6), **same, **names["saved"].about)).test_error[:, -1]
    assert [1 - errors.max(), 1 - errors.min()] == pytest.approx([0.940, 0.948], abs=0.003)
