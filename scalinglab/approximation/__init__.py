"""How far learning is from the best possible.

The realizable case without noise, in which the lower limit of the error is 0, after [Rosenfeld2021]:

- ``fit_network``, ``NetworkFit``: a second-order learner of small networks, which reaches the limit
- ``network_curve``, ``NetworkCurve``, ``perturbed``: its error against samples, and the count of unknowns
- ``compare_learners``, ``LearnerRuns``: the same networks by Adam and by second order (needs torch)

Functions of a limited band, and the Nyquist learner, which knows them from finitely many samples. This part is a
demonstration of the data bandwidth hypothesis of [Rosenfeld2021], on a design of our own: it reproduces nothing of the
thesis.

- ``band_limited``, ``power_law``: random targets on the torus, with a band and without; ``FourierSeries``: what they
  are
- ``sample``, ``Samples``: independent inputs, and labels with noise or without
- ``fit_band``, ``choose_band``, ``BandFit``: the Nyquist learner, its band given or chosen by hold-out
- ``fit_spline``, ``fit_nearest``, ``SplineFit``, ``NearestFit``: learners that know of no band
- ``learning_curve``, ``LearningCurve``: error against samples, over many targets
- ``train_with_penalty``, ``PenaltyRuns``, ``band_penalty``, ``periodic_task``: a network that is told the band (needs
  torch)

Where an error comes from:

- ``split_error``, ``split_band``, ``ErrorSplit``: into capacity, finite data and optimisation
- ``descend_band``: gradient descent within a band, in closed form
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalinglab._later import later
from scalinglab.approximation.comparisons import NearestFit, SplineFit, fit_nearest, fit_spline
from scalinglab.approximation.curves import LearningCurve, learning_curve
from scalinglab.approximation.descent import descend_band
from scalinglab.approximation.fourier import FourierSeries
from scalinglab.approximation.nyquist import BandFit, choose_band, fit_band
from scalinglab.approximation.runs import LearnerRuns, PenaltyRuns
from scalinglab.approximation.second_order import fit_network
from scalinglab.approximation.splits import ErrorSplit, split_band, split_error
from scalinglab.approximation.students import NetworkFit
from scalinglab.approximation.targets import Samples, band_limited, power_law, sample
from scalinglab.approximation.thresholds import NetworkCurve, network_curve, perturbed

if TYPE_CHECKING:
    from scalinglab.approximation.networks import band_penalty, compare_learners, periodic_task, train_with_penalty

__all__ = [
    "BandFit",
    "ErrorSplit",
    "FourierSeries",
    "LearnerRuns",
    "LearningCurve",
    "NearestFit",
    "NetworkCurve",
    "NetworkFit",
    "PenaltyRuns",
    "Samples",
    "SplineFit",
    "band_limited",
    "band_penalty",
    "choose_band",
    "compare_learners",
    "descend_band",
    "fit_band",
    "fit_nearest",
    "fit_network",
    "fit_spline",
    "learning_curve",
    "network_curve",
    "periodic_task",
    "perturbed",
    "power_law",
    "sample",
    "split_band",
    "split_error",
    "train_with_penalty",
]

__getattr__ = later(__name__, "networks", {"band_penalty", "compare_learners", "periodic_task", "train_with_penalty"})
