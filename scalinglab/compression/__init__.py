"""Many objects as few: points, examples or neurons, chosen and weighted so that all moments are kept [Wang2025].

Points:

- ``compress``, ``Compressed``: cells, and in each the moments of all its points on a few of them
- ``recombine``: rows of features, as few as there are columns
- ``moment_count``: how many moments there are
- ``polynomial_features``, ``condition``: the polynomials, and how well they are conditioned
- ``moment_error``: how far the moments of two sets are apart
- ``average_error``, ``FUNCTIONS``, ``pole_distance``: averages of smooth and rough functions, and a bound

What moments are compared with:

- ``random_subset``: random points, rescaled; ``cluster``, ``Clusters``: centres of k-means clusters

Data sets:

- ``compress_dataset``, ``CompressedData``: a few examples with the loss of all
- ``weighted_mean_squared_error``: that loss
- ``boost``, ``boosting``, ``Boost``: the exponent of a scaling law in the size of a compressed data set;
  ``noisy_teacher``: its data

Networks of one hidden layer:

- ``compress_network``, ``WeightedNetwork``: a few neurons with masses
- ``mean_field_network``: one to begin with
- ``train_together``, ``Together``: several networks on the same batches (needs torch)
- ``boosting_width``: the exponent in the width (needs torch)
- ``MEASURES``: what ``scalinglab.training.sweep`` can sweep a grid for, by name (needs torch)

The parts: ``exponents``, ``polynomials``, ``partition`` and ``tree`` do the work of ``compress`` and
``recombination``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalinglab._later import later
from scalinglab.compression.baselines import Clusters, cluster, random_subset
from scalinglab.compression.boost import Boost, boost, boosting, noisy_teacher
from scalinglab.compression.compress import Compressed, compress
from scalinglab.compression.data_sets import CompressedData, compress_dataset, weighted_mean_squared_error
from scalinglab.compression.exponents import moment_count
from scalinglab.compression.functions import FUNCTIONS, average_error, pole_distance
from scalinglab.compression.moments import moment_error
from scalinglab.compression.neurons import WeightedNetwork, compress_network, mean_field_network
from scalinglab.compression.polynomials import condition, polynomial_features
from scalinglab.compression.recombination import recombine

if TYPE_CHECKING:
    from scalinglab.compression.networks import MEASURES, Together, boosting_width, train_together

__all__ = [
    "FUNCTIONS",
    "MEASURES",
    "Boost",
    "Clusters",
    "Compressed",
    "CompressedData",
    "Together",
    "WeightedNetwork",
    "average_error",
    "boost",
    "boosting",
    "boosting_width",
    "cluster",
    "compress",
    "compress_dataset",
    "compress_network",
    "condition",
    "mean_field_network",
    "moment_count",
    "moment_error",
    "noisy_teacher",
    "pole_distance",
    "polynomial_features",
    "random_subset",
    "recombine",
    "train_together",
    "weighted_mean_squared_error",
]

__getattr__ = later(__name__, "networks", {"MEASURES", "Together", "boosting_width", "train_together"})
