"""Stochastic gradient descent in one pass: fresh samples at every step, so that the noise is of the batches.

Given the features, the loss is a sum over the eigenvectors of their covariance ``A Lam A^T / N``. Gaussian samples
change the part x of the loss that lies along the eigenvalue t by

    x_{n+1} = g(t) x_n + (step_size t)^2 (L_n + noise) / B,    g(t) = (1 - step_size t)^2 + (step_size t)^2 / B

on average over the batches, exactly: ``E[S C S] = Lam C Lam + (Lam C Lam + Lam tr(Lam C)) / B`` for the covariance S of
B samples. So L is a convolution, and its generating function a quotient:

    L(z) = [F(z) + noise K(z) z / (z - 1)] / (1 - K(z))
    F(z) = sum x_0 z / (z - g),    B K(z) = sum (step_size t)^2 / (z - g)

Both sums follow from kappa at the two eigenvalues where ``g(t) = z``. At infinite width nothing is left out. At a
finite one, sums over the eigenvalues of a draw are replaced by their limits for large width (after [Bordelon2024] on
one-pass SGD).

1. The paper's theory keeps the mean of the batch's noise and leaves out ``Lam C Lam / B``, of fourth moments. The loss
   of batches of 4 is 1 % above that theory with steps of 0.3, and 48 % after 1,000 steps of 1.
2. Single draws of few features scatter about the limit, and so does the largest step at which each is stable. Within a
   tenth of the bound, the mean over draws of width 200 exceeds the limit by many percent.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from scalinglab._checks import Array, non_negative, positive, positive_integer
from scalinglab.random_features._arguments import medium, whole_steps
from scalinglab.random_features.correlations import Nodes
from scalinglab.random_features.paths import Path, Rule, paths
from scalinglab.random_features.response import Medium
from scalinglab.random_features.results import LossCurve
from scalinglab.random_features.spectra import Spectrum


def one_pass_sgd(
    spectrum: Spectrum,
    steps: ArrayLike,
    *,
    step_size: float,
    batch_size: int,
    width: float,
    noise: float = 0.0,
) -> LossCurve:
    """Return the mean loss of random features trained by SGD on fresh Gaussian samples, as theory predicts it.

    Parameters
    ----------
    spectrum : Spectrum
    steps : array of int, shape (steps,)
        Not negative, increasing. Cost does not grow with them.
    step_size : float
        Positive and stable, see ``stable_step_size``.
    batch_size : int
        Samples for each step.
    width : int or math.inf
        The theory is exact at infinite width.
    noise : float
        Variance of the noise on the labels.

    Returns
    -------
    LossCurve
        Its ``times`` are the steps; ``train`` is the error of a batch before it is used: there is no gap but the noise.

    Raises
    ------
    ValueError
        If an argument is out of range, or the step size is not stable.

    Examples
    --------
    >>> from scalinglab.random_features import power_law
    >>> settings = {"step_size": 0.3, "batch_size": 8, "width": 60, "noise": 0.1}
    >>> one_pass_sgd(power_law(1.5, 1.25, 400), [1, 10, 100], **settings).test.round(3).tolist()
    [1.92, 0.911, 0.506]
    """
    at, found = whole_steps("steps", steps), medium(spectrum, width, np.inf)
    rule, batch = Rule(positive("step_size", step_size)), positive_integer("batch_size", batch_size)
    noise = non_negative("noise", noise)
    rule.stable(found.edge(batch))
    test = np.empty(len(at))
    for path in paths(at, rule, 0.0):  # g is positive: nothing alternates
        values = _loss(found, path, rule.step_size, batch, noise)
        test[path.members] = 2 * (path.factors(at[path.members]) @ values).real
    return LossCurve(times=at, test=test, train=test + noise)


def _loss(found: Medium, path: Path, step_size: float, batch: int, noise: float) -> Array:
    """The generating function of the loss at the nodes of a path.

    By partial fractions: ``z - g(t)`` is zero at two eigenvalues, whose sum is ``2 / (step_size (1 + 1 / B))``.
    """
    z, less_one = np.exp(path.log_z), np.expm1(path.log_z)
    apart = np.sqrt(1 + (1 + 1 / batch) * less_one)  # half of their distance, in units of half of their sum
    both = 2 / (step_size * (1 + 1 / batch))
    near = less_one / (step_size * (1 + apart))
    far = -both - near
    # These are frequencies, minus the eigenvalues; the far one is in the lower half-plane.
    kappa = found.solve(np.concatenate([near, far.conj()]))
    one, two = (Nodes(found, s, k) for s, k in zip((near, far), np.split(kappa, 2), strict=True))
    two = Nodes(found, far, two.kappa.conj())
    left, right = (found.spectrum.unlearnable + nodes.kappa * nodes.single[1] for nodes in (one, two))
    mean = (left / near - right / far) * z / (2 * step_size * apart)
    kernel = (far * two.single[0] - near * one.single[0]) / ((batch + 1) * both * apart)
    return (mean + noise * kernel * path.constant) / (1 - kernel)
