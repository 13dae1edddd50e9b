"""How far learning is from the best possible.

The realizable case without noise, in which the lower limit of the error is 0, after [Rosenfeld2021]:

- ``network_curve``, ``NetworkCurve``, ``perturbed``: a second-order learner of small networks, which reaches the limit:
  its error against samples, and the count of unknowns; ``NetworkFit``: one of its fits
- ``compare_learners``, ``LearnerRuns``: the same networks by Adam and by second order (needs torch)

Functions of a limited band, and the Nyquist learner, which knows them from finitely many samples. This part is a
demonstration of the data bandwidth hypothesis of [Rosenfeld2021], on a design of our own: it reproduces nothing of the
thesis.

- ``band_limited``, ``power_law``: random targets on the torus, with a band and without; ``FourierSeries``: what they
  are
- ``sample``, ``Samples``: independent inputs, and labels with noise or without
- ``learning_curve``, ``LearningCurve``: error against samples, over many targets, of the Nyquist learner (its band is
  given or chosen by hold-out) and of learners that know of no band
- ``train_with_penalty``, ``PenaltyRuns``: a network that is told the band (needs torch); ``MEASURES``: what tables hold
  of it

Where an error comes from:

- ``split_band``, ``ErrorSplit``: into capacity, finite data and optimisation

The parts: ``nyquist``, ``comparisons``, ``second_order`` and ``descent`` are the learners.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalinglab._later import later
from scalinglab.approximation.curves import LearningCurve, learning_curve
from scalinglab.approximation.fourier import FourierSeries
from scalinglab.approximation.runs import LearnerRuns, PenaltyRuns
from scalinglab.approximation.splits import ErrorSplit, split_band
from scalinglab.approximation.students import NetworkFit
from scalinglab.approximation.targets import Samples, band_limited, power_law, sample
from scalinglab.approximation.thresholds import NetworkCurve, network_curve, perturbed

if TYPE_CHECKING:
    from scalinglab.approximation.networks import MEASURES, compare_learners, train_with_penalty

__all__ = [
    "MEASURES",
    "ErrorSplit",
    "FourierSeries",
    "LearnerRuns",
    "LearningCurve",
    "NetworkCurve",
    "NetworkFit",
    "PenaltyRuns",
    "Samples",
    "band_limited",
    "compare_learners",
    "learning_curve",
    "network_curve",
    "perturbed",
    "power_law",
    "sample",
    "split_band",
    "train_with_penalty",
]

__getattr__ = later(__name__, "networks", {"MEASURES", "compare_learners", "train_with_penalty"})
