"""How the error falls with size: laws, and fits that say what the data do not determine.

- ``fit_power_law``: a power law in one size, with an offset, and with the error of guessing as its upper end
- ``PowerLaw``: what it returns

The parts:

- ``robust``: least squares on relative deviations that an outlier does not spoil, with standard errors
- ``power_laws``: the law of one size
"""

from scalinglab.scaling_laws.power_laws import PowerLaw, fit_power_law

__all__ = ["PowerLaw", "fit_power_law"]
