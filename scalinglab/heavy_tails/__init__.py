"""Heavy tails in SGD, and when they make networks compressible, after [Barsbey2021].

Stable laws and tail indices:

- ``stable``; ``stable_matrix``: samples, and matrices whose entries depend on one another in three ways
- ``tail_index``, ``TailIndex``: the index of a sample by five methods of two kinds; ``METHODS``, ``STABLE_METHODS``
- ``hill_curve``, ``HillCurve``: one of them against the number of points it uses

SGD on linear regression as a random recursion:

- ``recursion_tail_index``, ``recursion_curve``, ``small_step_tail_index``, ``finite_data_tail_index``: the tail
  index, exactly
- ``critical_step_size``, ``largest_step_size``: where the variance, and where the stationary law, comes to its end
- ``log_moment``: what one step does to a moment of the distance
- ``simulate_recursion``, ``Chains``: many chains, by their norms or by vectors
- ``column_errors``, ``ColumnErrors``: the columns of a layer, with batches of their own or with one for all, and what
  pruning does to them

Compressibility:

- ``best_k_error``, ``node_error``, ``singular_value_error``, ``prunable_fraction``: measured
- ``limiting_error``, ``limiting_node_error``, ``limiting_singular_value_error``, ``limiting_prunable_fraction``,
  ``predicted_error``: what theory says for large n
- ``occam_bound``: what a pruned network is guaranteed on fresh data

Trained networks:

- ``layer_statistics``: of their weights
- ``run_statistics``, ``network_outcome``, ``pruned_accuracy``: of single networks (need torch)
- ``MEASURES``: what ``scalinglab.training.sweep`` can sweep a grid for, by name (needs torch): networks as their
  training ends, and averages of iterates from one loss on, as in the paper (``averages``)
- ``train_layers``, ``LayerRuns``; ``dependence_over_widths``, ``DependenceRuns``: while they train (need torch)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalinglab._later import later
from scalinglab.heavy_tails.bounds import occam_bound
from scalinglab.heavy_tails.chains import Chains, simulate_recursion
from scalinglab.heavy_tails.column_runs import column_errors
from scalinglab.heavy_tails.compressibility import best_k_error, node_error, prunable_fraction, singular_value_error
from scalinglab.heavy_tails.curves import recursion_curve
from scalinglab.heavy_tails.estimators import METHODS, STABLE_METHODS, HillCurve, TailIndex, hill_curve, tail_index
from scalinglab.heavy_tails.layers import layer_statistics
from scalinglab.heavy_tails.limits import (
    limiting_error,
    limiting_node_error,
    limiting_prunable_fraction,
    limiting_singular_value_error,
    predicted_error,
)
from scalinglab.heavy_tails.recursion import (
    critical_step_size,
    finite_data_tail_index,
    largest_step_size,
    log_moment,
    recursion_tail_index,
    small_step_tail_index,
)
from scalinglab.heavy_tails.runs import ColumnErrors, DependenceRuns, LayerRuns
from scalinglab.heavy_tails.stable import stable, stable_matrix

if TYPE_CHECKING:
    from scalinglab.heavy_tails.networks import (
        MEASURES,
        dependence_over_widths,
        network_outcome,
        pruned_accuracy,
        run_statistics,
        train_layers,
    )

__all__ = [
    "MEASURES",
    "METHODS",
    "STABLE_METHODS",
    "Chains",
    "ColumnErrors",
    "DependenceRuns",
    "HillCurve",
    "LayerRuns",
    "TailIndex",
    "best_k_error",
    "column_errors",
    "critical_step_size",
    "dependence_over_widths",
    "finite_data_tail_index",
    "hill_curve",
    "largest_step_size",
    "layer_statistics",
    "limiting_error",
    "limiting_node_error",
    "limiting_prunable_fraction",
    "limiting_singular_value_error",
    "log_moment",
    "network_outcome",
    "node_error",
    "occam_bound",
    "predicted_error",
    "prunable_fraction",
    "pruned_accuracy",
    "recursion_curve",
    "recursion_tail_index",
    "run_statistics",
    "simulate_recursion",
    "singular_value_error",
    "small_step_tail_index",
    "stable",
    "stable_matrix",
    "tail_index",
    "train_layers",
]

__getattr__ = later(
    __name__,
    "networks",
    {"MEASURES", "dependence_over_widths", "network_outcome", "pruned_accuracy", "run_statistics", "train_layers"},
)
