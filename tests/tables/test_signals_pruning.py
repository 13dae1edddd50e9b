"""Perceptrons and convolutions on signals, pruned in rounds: the table holds every round, and the first are remade."""

from __future__ import annotations

import random

import numpy as np
import pytest

from scalinglab.pruning import MEASURES
from scalinglab.tables import grid_of, table
from scalinglab.training import sweep

GRIDS = grid_of("signals_pruning")
#: Rounds that are remade: with fewer rounds the first ones are the same, and the narrowest networks take a second.
REMADE = 3


def test_the_table_holds_every_round_of_every_network():
    assert [(row["network"], row["width"], row["seed"], row["round"]) for row in table("signals_pruning")] == [
        (grid["network"], width, seed, number)
        for grid in GRIDS
        for width in grid["width"]
        for seed in grid["seed"]
        for number in range(grid["pruning"]["rounds"])
    ]


@pytest.mark.parametrize("grid", GRIDS, ids=lambda grid: grid["network"])
def test_the_first_rounds_of_a_network_are_found_again(grid):
    """Counts exactly; rounding may be as good as another seed, so errors to four standard deviations of the seeds."""
    draw = random.randrange(2**32)
    seed, width = random.Random(draw).choice(grid["seed"]), grid["width"][0]
    now = grid | {"width": width, "seed": seed, "pruning": grid["pruning"] | {"rounds": REMADE}}
    for again in sweep(now, measure=MEASURES["rounds"], progress=False).rows():
        place = grid["network"], width, again["round"]
        peers = [row for row in table("signals_pruning") if (row["network"], row["width"], row["round"]) == place]
        (row,) = [row for row in peers if row["seed"] == seed]
        assert again["kept"] == row["kept"], draw
        spread = np.std([peer["test_error"] for peer in peers], ddof=1)
        assert again["test_error"] == pytest.approx(row["test_error"], abs=4 * spread + 1e-5), draw
