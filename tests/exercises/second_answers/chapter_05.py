"""Right answers for chapter 05 written in another way than the solutions: a check must take them too."""

import numpy as np


def loss(time, eigenvalues, power):
    return float(np.array(power) @ np.exp(-np.array(eigenvalues) * time) ** 2)


def best_fit(width, eigenvalues, power):
    values, kappa = np.array(eigenvalues), 1e-12
    for _ in range(300):  # Newton's method climbs to the root, as the sum is convex
        share = values / (values + kappa)
        kappa += (share.sum() - width) / (share / (values + kappa)).sum()
    return np.dot(power, 1 - share)


def best_ridge_loss(samples, eigenvalues, power, noise):
    values, parts = np.array(eigenvalues), np.array(power)
    kappa = np.geomspace(1e-6, 1e6, 60_001)[:, None]  # so fine that no search is needed
    known = values / (values + kappa)
    possible = known.sum(1) < samples
    losses = ((parts * (1 - known) ** 2).sum(1) + noise) / (1 - (known**2).sum(1) / samples)
    return losses[possible].min()


SECOND_ANSWERS = {
    "05-endless": loss,
    "05-best-fit": best_fit,
    "05-ridge": best_ridge_loss,
}
