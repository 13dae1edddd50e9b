"""Pruning: which weights a network can do without, which sparse networks train, and what a mask knows of the data.

Masks:

- ``Masks``: which weights are kept; exact counts, and what of it lies on a path (``masks``)
- ``Network``: a network that is no perceptron, for all that take layers (``modules``; ``flows``, ``paths``: what flows
  through it, of which ``recordings`` are made)
- ``kept_weights``: how many a density keeps (``selection``: from scores to masks; ``allocation``: in each layer)

From networks to masks:

- ``prune_at_start``, ``magnitude_masks``, ``synflow_masks``: by how important each weight is (``starts``; ``scores``;
  ``gradients``)
- ``GradualPruning``: masks that shrink while the network learns (``gradual``)
- ``iterative_pruning``, ``Pruning``, ``density_path``: train, prune, rewind, again (``iterative``)
- ``compare_methods``, ``Comparison``, ``METHODS``: all of them side by side, with what they cost (``comparison``)
- ``MEASURES``: what ``scalinglab.training.sweep`` can sweep a grid for, by name (``tabulating``)

Does the mask matter:

- ``compare_controls``, ``Controls``, ``CONTROLS``: masks as they were found, shuffled, inverted and with other weights,
  for many methods (``sanity``; ``controls``)
- ``branch``, ``Branches``, ``path_between``, ``Path``: barriers between two copies of a network (``connectivity``)

Smaller networks:

- ``keep_nodes``, ``node_masks``: whole nodes are dropped; ``truncate``, ``Factored``: singular values (``structured``)

What masks reveal about labels (``information/``), in bits; the estimators are the course's own:

- ``coin_flips``, ``coins``, ``all_labelings``; ``label_masks``: labels without a rule, and a method's masks for them
- ``mask_information``, ``MaskInformation``: information exactly, by all labelings
- ``information_over_steps``: the same at several steps of training (``steps``)
- ``mask_events``, ``MaskEvents``: the inequality ``kl(own || independent) <= I``
- ``drawn_information``, ``DrawnInformation``; ``information_bounds``, ``InformationBounds``: estimates and bounds
- ``memorisation``, ``Memorisation``, ``PairedGain``: the same labels against others, steepness, correlation with noise
- ``entropy``, ``mutual_information``: of counts
- ``largest_probability``, ``largest_effective_parameters``: what information can buy at most
"""

from scalinglab.pruning.comparison import METHODS, Comparison, compare_methods
from scalinglab.pruning.connectivity import Branches, Path, branch, path_between
from scalinglab.pruning.gradual import GradualPruning
from scalinglab.pruning.information.ceilings import largest_effective_parameters, largest_probability
from scalinglab.pruning.information.entropy import entropy, mutual_information
from scalinglab.pruning.information.enumeration import MaskInformation, mask_information
from scalinglab.pruning.information.events import MaskEvents, mask_events
from scalinglab.pruning.information.memory import Memorisation, PairedGain, memorisation
from scalinglab.pruning.information.noise import all_labelings, coin_flips, coins
from scalinglab.pruning.information.sampling import (
    DrawnInformation,
    InformationBounds,
    drawn_information,
    information_bounds,
)
from scalinglab.pruning.information.steps import information_over_steps
from scalinglab.pruning.information.trials import label_masks
from scalinglab.pruning.iterative import Pruning, density_path, iterative_pruning
from scalinglab.pruning.masks import Masks
from scalinglab.pruning.modules import Network
from scalinglab.pruning.sanity import CONTROLS, Controls, compare_controls
from scalinglab.pruning.selection import kept_weights
from scalinglab.pruning.starts import magnitude_masks, prune_at_start, synflow_masks
from scalinglab.pruning.structured import Factored, keep_nodes, node_masks, truncate
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
    "Network",
    "Path",
    "Pruning",
    "branch",
    "compare_controls",
    "compare_methods",
    "density_path",
    "iterative_pruning",
    "keep_nodes",
    "kept_weights",
    "magnitude_masks",
    "node_masks",
    "path_between",
    "prune_at_start",
    "synflow_masks",
    "truncate",
]
# What masks reveal about labels.
__all__ += [
    "DrawnInformation",
    "InformationBounds",
    "MaskEvents",
    "MaskInformation",
    "Memorisation",
    "PairedGain",
    "all_labelings",
    "coin_flips",
    "coins",
    "drawn_information",
    "entropy",
    "information_bounds",
    "information_over_steps",
    "label_masks",
    "largest_effective_parameters",
    "largest_probability",
    "mask_events",
    "mask_information",
    "memorisation",
    "mutual_information",
]
