"""Pruning: which weights a network can do without, which sparse networks train, and what a mask knows of the data.

Masks:

- ``Masks``: which weights are kept; exact counts, and what of it lies on a path (``masks``)
- ``keep_largest``, ``kept_weights``: from scores to masks (``selection``)
- ``uniform_counts``, ``erk_counts``: how many weights each layer keeps (``allocation``)

From networks to masks:

- ``random_scores``, ``magnitude_scores``, ``lamp_scores``, ``snip_scores``, ``grasp_scores``, ``synflow_scores``: how
  important each weight is (``scores``)
- ``prune_at_start``, ``magnitude_masks``, ``synflow_masks``: masks from them (``starts``)
- ``GradualPruning``: masks that shrink while the network learns (``gradual``)
- ``iterative_pruning``, ``Pruning``, ``density_path``: train, prune, rewind, again (``iterative``)
- ``compare_methods``, ``Comparison``, ``METHODS``: all of them side by side, with what they cost (``comparison``)
- ``MEASURES``: what ``scalinglab.training.sweep`` can sweep a grid for, by name (``tabulating``)

Does the mask matter:

- ``shuffled_masks``, ``inverted_scores``, ``reinitialized``: other masks, other weights (``controls``)
- ``compare_controls``, ``Controls``, ``CONTROLS``: all of them side by side, for many methods (``sanity``)
- ``branch``, ``Branches``, ``path_between``, ``Path``: barriers between two copies of a network (``connectivity``)

Smaller networks:

- ``keep_nodes``, ``node_masks``, ``kept_nodes``, ``node_scores``: whole nodes are dropped (``structured``)
- ``truncate``, ``Factored``: singular values are dropped (``structured``)

What masks know of labels (``information/``), in bits; the estimators are the course's own:

- ``coin_flips``, ``coins``, ``all_labelings``; ``label_masks``: labels without a rule, and a method's masks for them
- ``mask_information``, ``MaskInformation``: information exactly, by all labelings
- ``mask_events``, ``MaskEvents``: the inequality ``kl(own || independent) <= I``
- ``drawn_information``, ``DrawnInformation``; ``information_bounds``, ``InformationBounds``: estimates and bounds
- ``memorisation``, ``Memorisation``, ``PairedGain``: the same labels against others, steepness, correlation with noise
- ``entropy``, ``mutual_information``, ``estimate_information``, ``InformationEstimate``, ``count_pairs``: of counts
- ``binary_entropy``, ``binary_kl``, ``largest_probability``; ``mask_choices``, ``mask_ceiling``: what is possible
- ``effective_parameters``, ``largest_effective_parameters``: p_eff; ``steepness``: the largest gradient found
"""

from scalinglab.pruning.allocation import erk_counts, uniform_counts
from scalinglab.pruning.comparison import METHODS, Comparison, compare_methods
from scalinglab.pruning.connectivity import Branches, Path, branch, path_between
from scalinglab.pruning.controls import inverted_scores, reinitialized, shuffled_masks
from scalinglab.pruning.gradual import GradualPruning
from scalinglab.pruning.information.ceilings import (
    binary_entropy,
    binary_kl,
    effective_parameters,
    largest_effective_parameters,
    largest_probability,
    mask_ceiling,
    mask_choices,
)
from scalinglab.pruning.information.entropy import (
    InformationEstimate,
    count_pairs,
    entropy,
    estimate_information,
    mutual_information,
)
from scalinglab.pruning.information.enumeration import MaskInformation, mask_information
from scalinglab.pruning.information.events import MaskEvents, mask_events
from scalinglab.pruning.information.lipschitz import steepness
from scalinglab.pruning.information.memory import Memorisation, PairedGain, memorisation
from scalinglab.pruning.information.noise import all_labelings, coin_flips, coins
from scalinglab.pruning.information.sampling import (
    DrawnInformation,
    InformationBounds,
    drawn_information,
    information_bounds,
)
from scalinglab.pruning.information.trials import label_masks
from scalinglab.pruning.iterative import Pruning, density_path, iterative_pruning
from scalinglab.pruning.masks import Masks
from scalinglab.pruning.sanity import CONTROLS, Controls, compare_controls
from scalinglab.pruning.scores import (
    grasp_scores,
    lamp_scores,
    magnitude_scores,
    random_scores,
    snip_scores,
    synflow_scores,
)
from scalinglab.pruning.selection import keep_largest, kept_weights
from scalinglab.pruning.starts import magnitude_masks, prune_at_start, synflow_masks
from scalinglab.pruning.structured import Factored, keep_nodes, kept_nodes, node_masks, node_scores, truncate
from scalinglab.pruning.tabulating import MEASURES

__all__ = [
    "CONTROLS",
    "MEASURES",
    "METHODS",
    "Branches",
    "Comparison",
    "Controls",
    "Factored",
    "GradualPruning",
    "Masks",
    "Path",
    "Pruning",
    "branch",
    "compare_controls",
    "compare_methods",
    "density_path",
    "erk_counts",
    "grasp_scores",
    "inverted_scores",
    "iterative_pruning",
    "keep_largest",
    "keep_nodes",
    "kept_nodes",
    "kept_weights",
    "lamp_scores",
    "magnitude_masks",
    "magnitude_scores",
    "node_masks",
    "node_scores",
    "path_between",
    "prune_at_start",
    "random_scores",
    "reinitialized",
    "shuffled_masks",
    "snip_scores",
    "synflow_masks",
    "synflow_scores",
    "truncate",
    "uniform_counts",
]
# What masks know of labels.
__all__ += [
    "DrawnInformation",
    "InformationBounds",
    "InformationEstimate",
    "MaskEvents",
    "MaskInformation",
    "Memorisation",
    "PairedGain",
    "all_labelings",
    "binary_entropy",
    "binary_kl",
    "coin_flips",
    "coins",
    "count_pairs",
    "drawn_information",
    "effective_parameters",
    "entropy",
    "estimate_information",
    "information_bounds",
    "label_masks",
    "largest_effective_parameters",
    "largest_probability",
    "mask_ceiling",
    "mask_choices",
    "mask_events",
    "mask_information",
    "memorisation",
    "mutual_information",
    "steepness",
]
