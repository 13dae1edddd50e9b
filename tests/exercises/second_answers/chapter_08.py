"""Right answers for chapter 08 written in another way than the solutions: a check must take them too."""

import math

import numpy as np
from scipy.optimize import brentq
from scipy.special import gammaln, rel_entr


def ceiling(size, kept, labels):
    choices = gammaln(size + 1) - gammaln(kept + 1) - gammaln(size - kept + 1)
    return float(np.minimum(choices, np.log(2) * labels) + kept)


def corrected(table):
    counts = np.array(table, dtype=float)
    joint = counts / counts.sum()
    nats = rel_entr(joint, np.outer(joint.sum(1), joint.sum(0))).sum()
    seen = (counts.sum(1) > 0).sum() + (counts.sum(0) > 0).sum() - (counts > 0).sum() - 1
    return (nats + seen / (2 * counts.sum())) / np.log(2)


def likeliest(q, bits):
    def beyond(p):
        return (rel_entr(p, q) + rel_entr(1 - p, 1 - q)) / math.log(2) - bits

    return 1.0 if beyond(1.0) <= 0 else brentq(beyond, q, 1.0, xtol=1e-14)


def audit(masks, fits):
    _, counts = np.unique(masks, return_counts=True)
    shares, table = counts / counts.sum(), np.array(fits)
    own, independent = table.diagonal().mean(), table.mean()
    divergence = rel_entr(own, independent) + rel_entr(1 - own, 1 - independent)
    return [float(-(shares * np.log2(shares)).sum()), float(divergence / np.log(2))]


SECOND_ANSWERS = {"08-ceiling": ceiling, "08-corrected": corrected, "08-likeliest": likeliest, "08-audit": audit}
