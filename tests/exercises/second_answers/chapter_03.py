"""Right answers for chapter 03 written in another way than the solutions: a check must take them too."""

import numpy as np
from scipy.optimize import brentq


def rounds(total, kept, fraction):
    count = 0
    while total * (1 - fraction) ** count > kept:
        count += 1
    return count


def free_density(unpruned, high, slope, transition):
    return np.exp(np.log(transition) + (np.log(high) - np.log(unpruned)) / slope)


def log_error(log_density, unpruned, high, slope, transition):
    gap = np.log(high) - np.log(unpruned)
    logs = np.array([2 * log_density, 2 * np.log(transition)])
    raised = logs + np.array([0, 2 / slope * gap])
    totals = [each.max() + np.log(np.exp(each - each.max()).sum()) for each in (raised, logs)]
    return np.log(unpruned) + slope / 2 * (totals[0] - totals[1])


def smallest(budget, networks, law):
    (high, slope, transition, exponent), best = law, np.inf
    for width, weights, unpruned in networks:
        if unpruned < budget:

            def over(log_density, width=width, unpruned=unpruned):
                log_invariant = log_density + exponent * np.log(width)
                return log_error(log_invariant, unpruned, high, slope, transition) - np.log(budget)

            best = min(best, weights * np.exp(brentq(over, -30, 10, xtol=1e-13)))
    return best


SECOND_ANSWERS = {
    "03-rounds": rounds,
    "03-free-density": free_density,
    "03-log-error": log_error,
    "03-smallest": smallest,
}
