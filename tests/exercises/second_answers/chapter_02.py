"""Right answers for chapter 02 written in another way than the solutions: a check must take them too."""

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import huber


def joint_error(samples, width, law, chance):
    e = np.float64(law[0] / samples ** law[1] + law[2] / width ** law[3] + law[4])
    return chance * e / np.hypot(e, chance)


def objective(residuals, delta):
    return sum(huber(delta, residuals))


def best_parameters(flops, a, b, alpha, beta):
    # A numerical search is a right answer: it finds log N to about 1e-8, where the loss is flat to rounding errors.
    def loss(log):
        parameters = np.exp(log)
        return a * parameters**-alpha + b * (flops / 6 / parameters) ** -beta

    return np.exp(minimize_scalar(loss, bounds=(0, np.log(flops / 6)), method="bounded", options={"xatol": 1e-9}).x)


def best_served(loss, served, law):
    floor, a, b, alpha, beta = law
    low, high = 0.0, 1.0
    for _ in range(100):  # the part of the gap that the parameters take
        part = (low + high) / 2
        tokens = (b / ((loss - floor) * (1 - part))) ** (1 / beta)
        if alpha / beta * part / (1 - part) > 1 + served / (3 * tokens):
            high = part
        else:
            low = part
    return (a / ((loss - floor) * part)) ** (1 / alpha)


SECOND_ANSWERS = {
    "02-joint-law": joint_error,
    "02-sum-or-mean": objective,
    "02-allocation": best_parameters,
    "02-served": best_served,
}
