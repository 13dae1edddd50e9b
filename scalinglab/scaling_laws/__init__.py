"""How the error falls with size: laws, and fits that say what the data do not determine.

- ``fit_power_law``: a power law in one size, with an offset, and with the error of guessing as its upper end
- ``fit_joint``: the error as a function of data and model together, under the same upper end
- ``fit_compute``: the loss of a language model as a function of parameters and tokens
- ``fit_pruned``, ``fit_pruned_joint``: the error of a network, or of networks of many shapes, as they are pruned
- ``fit_composed``: the dense law inside the law of pruning, for networks that were never trained
- ``optimal_allocation``: the best division of a budget between the two
- ``synthetic_compute``: runs that were never trained, from a law that is known
- ``PowerLaw``, ``JointLaw``, ``ComputeLaw``, ``PrunedLaw``, ``PrunedJointLaw``, ``ComposedLaw``,
  ``Allocation``, ``SyntheticRuns``: what they return

The parts, from the ground up:

- ``robust``: least squares on deviations of logarithms that an outlier does not spoil, many fits at once
- ``covariance``, ``profiles``: standard errors and the bootstrap, and how far the loss lets a parameter go
- ``determined``, ``residuals``: what the data leave open, and patterns that deviations should not show
- ``fits``, ``solving``: what every fit tells, and how it is found
- ``sums``, ``sum_laws``: sums of powers under an envelope, where to start, and what laws of one and two sizes share
- ``power_laws``, ``joint``, ``compute``: a law each
- ``regions``, ``pruned_laws``, ``pruning``: the three regions of a pruned error, what its laws tell, and their fits
- ``composed``: the dense law inside the law of pruning
- ``allocation``, ``synthetic``: what is done with laws, and runs to try them on
"""

from scalinglab.scaling_laws.allocation import Allocation, optimal_allocation
from scalinglab.scaling_laws.composed import ComposedLaw, fit_composed
from scalinglab.scaling_laws.compute import ComputeLaw, fit_compute
from scalinglab.scaling_laws.joint import JointLaw, fit_joint
from scalinglab.scaling_laws.power_laws import PowerLaw, fit_power_law
from scalinglab.scaling_laws.pruned_laws import PrunedJointLaw, PrunedLaw
from scalinglab.scaling_laws.pruning import fit_pruned, fit_pruned_joint
from scalinglab.scaling_laws.synthetic import SyntheticRuns, synthetic_compute

__all__ = [
    "Allocation",
    "ComposedLaw",
    "ComputeLaw",
    "JointLaw",
    "PowerLaw",
    "PrunedJointLaw",
    "PrunedLaw",
    "SyntheticRuns",
    "fit_composed",
    "fit_compute",
    "fit_joint",
    "fit_power_law",
    "fit_pruned",
    "fit_pruned_joint",
    "optimal_allocation",
    "synthetic_compute",
]
