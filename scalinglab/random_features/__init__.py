"""A model of learning that can be solved: linear networks on random features, after [Bordelon2024].

- ``power_law``, ``spectrum_from_kernel``, ``Spectrum``: what is to be learned, and from what
- ``gradient_flow``, ``gradient_descent``, ``one_pass_sgd``, ``LossCurve``: the loss at any time, as theory predicts it
- ``stable_step_size``: the largest step that converges
- ``transfer_functions``, ``TransferFunctions``: which modes are learned when
- ``final_loss``, ``ensemble_loss``: where training ends, and what averaging predictors takes off
- ``one_over_size``: the first correction for finite width or samples
- ``asymptotics``, ``Asymptotics``: exponents and prefactors of a power law
- ``compute_optimal_exponents``, ``compute_optimal_frontier``, ``Exponents``, ``Frontier``: what compute should buy
- ``simulate``, ``simulating``: the same curves from networks that are drawn and trained
- ``relu_kernel``, ``simulate_features``, ``simulating_features``: real ReLU features on real inputs
"""

from scalinglab.random_features.asymptotics import Asymptotics, Exponents, asymptotics, compute_optimal_exponents
from scalinglab.random_features.corrections import one_over_size
from scalinglab.random_features.descent import gradient_descent, stable_step_size
from scalinglab.random_features.features import relu_kernel, simulate_features, simulating_features
from scalinglab.random_features.flow import gradient_flow
from scalinglab.random_features.frontier import Frontier, compute_optimal_frontier
from scalinglab.random_features.one_pass import one_pass_sgd
from scalinglab.random_features.results import LossCurve, TransferFunctions
from scalinglab.random_features.simulation import simulate, simulating
from scalinglab.random_features.spectra import Spectrum, power_law, spectrum_from_kernel
from scalinglab.random_features.statics import ensemble_loss, final_loss
from scalinglab.random_features.transfer import transfer_functions

__all__ = [
    "Asymptotics",
    "Exponents",
    "Frontier",
    "LossCurve",
    "Spectrum",
    "TransferFunctions",
    "asymptotics",
    "compute_optimal_exponents",
    "compute_optimal_frontier",
    "ensemble_loss",
    "final_loss",
    "gradient_descent",
    "gradient_flow",
    "one_over_size",
    "one_pass_sgd",
    "power_law",
    "relu_kernel",
    "simulate",
    "simulate_features",
    "simulating",
    "simulating_features",
    "spectrum_from_kernel",
    "stable_step_size",
    "transfer_functions",
]
