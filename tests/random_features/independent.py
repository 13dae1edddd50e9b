"""The same losses by another road: what the fast solver is checked against.

Another contour (a parabola for each time), another way to kappa (inwards along a ray, from where all is known), another
algebra (the four correlations of the single-site equations, as a linear system), and another quadrature of the modes.
"""

from __future__ import annotations

import math

import numpy as np

#: Nodes of a parabola, both half-planes: its error falls like 2.85^-nodes (Weideman and Trefethen 2007, section 2).
NODES = 32


def modes(a: float, b: float, count: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Eigenvalues, target power and multiplicity of a power law: all up to 2,000 modes, finer bins than ours above."""
    if count <= 2000:
        ranks = np.arange(1.0, count + 1)
        return ranks**-b, ranks**-a, np.ones(len(ranks))
    top = min(count, 1e-34 ** (-1 / b))
    ranks, edges = np.arange(1.0, 301), np.arange(math.log(300.5), math.log(top + 0.5), 0.5 / max(b, 1))
    edges = np.append(edges, math.log(top + 0.5))
    x, w = np.polynomial.legendre.leggauss(10)
    half = np.diff(edges)[:, None] / 2
    inner = np.exp(edges[:-1, None] + half * (x + 1))
    ranks, weights = np.append(ranks, inner.ravel()), np.append(np.ones(300), (half * w * inner).ravel())
    values, power = ranks**-b, ranks**-a
    if top < count:  # of the rest only the sums matter
        rest = [(top ** (1 - c) - (0 if math.isinf(count) else count ** (1 - c))) / (c - 1) for c in (b, a)]
        values, power = np.append(values, 1e-34), np.append(power, rest[1] * 1e-34 / rest[0])
        weights = np.append(weights, rest[0] / 1e-34)
    return values, power, weights


def kappa_along_a_ray(s: np.ndarray, lam: np.ndarray, count: np.ndarray, width: float, samples: float) -> np.ndarray:
    """Follow kappa from far out, where it is s plus the trace over the sizes, straight inwards to s."""
    trace = float((count * lam).sum())
    shift = trace * (1 / width + 1 / samples)
    start = max(1e3 * (shift + trace), 10 * float(np.abs(s).max()))
    kappa = s / np.abs(s) * start + shift
    steps = 60 + 12 * math.ceil(math.log(start / np.abs(s).min()))
    for step in range(steps + 5):
        share = min(1.0, (step + 1) / steps)
        goal = s / np.abs(s) * start * (np.abs(s) / start) ** share
        inverse = 1 / (lam + kappa[:, None])
        freedom, slope = inverse @ (count * lam), -(inverse**2) @ (count * lam)
        data, model = 1 - freedom / samples, 1 - freedom / width
        value = kappa * data * model
        kappa = kappa + (goal - value) / (data * model - kappa * slope * (model / samples + data / width))
    return kappa


def correlations(s, other, kappas, law, *, width, samples, noise):
    """C0 and C1 at each pair of frequencies, by the linear system of the four correlations."""
    lam, power, count = law

    def response(at, kappa):
        freedom = (1 / (lam + kappa[:, None])) @ (count * lam)
        larger = 1 - freedom / max(width, samples)
        smaller = at / kappa / larger  # their product, without cancellation
        r1, r3 = (smaller, larger) if samples <= width else (larger, smaller)
        return r1, r3, kappa[:, None] / (lam + kappa[:, None]) / at[:, None]

    (r1, r3, h), (q1, q3, g) = response(s, kappas[0]), response(other, kappas[1])
    sums = {
        key: (h * (count * weight)) @ g.T
        for key, weight in {"lam w2": power, "lam": lam, "lam2": lam**2, "lam2 w2": lam * power}.items()
    }
    both1, both3, ss = np.outer(r1, q1), np.outer(r3, q3), np.outer(s, other)
    # C0 = known0 + c01 C1 + c03 C3;  C2 = known2 + c21 C1 + c23 C3;  C1 = both1 (C0 + noise/ss);  C3 = both3 C2
    known0, c01, c03 = sums["lam w2"], both3 * sums["lam2"] / samples, sums["lam"] / width
    known2, c21, c23 = both1 * sums["lam2 w2"], ss * sums["lam"] / samples, both1 * sums["lam2"] / width
    # Two unknowns are left: C1 and C3.
    a11, a13, b1 = 1 - both1 * c01, -both1 * c03, both1 * (known0 + noise / ss)
    a31, a33, b3 = -both3 * c21, 1 - both3 * c23, both3 * known2
    det = a11 * a33 - a13 * a31
    c1, c3 = (b1 * a33 - a13 * b3) / det, (a11 * b3 - a31 * b1) / det
    return known0 + c01 * c1 + c03 * c3, c1


def loss(law, time, *, width, samples, noise):
    """Test and training loss of gradient flow at one time."""
    lam, _, count = law
    theta = math.pi * (2 * np.arange(NODES // 2) + 1) / NODES
    s = NODES / time * (0.1309 - 0.1194 * theta**2 + 0.25j * theta)
    weight = np.exp(s * time) / time * (-0.2388 * theta + 0.25j) / 1j
    kappa = kappa_along_a_ray(s, lam, count, width, samples)
    settings = {"width": width, "samples": samples, "noise": noise}
    same = correlations(s, s, (kappa, kappa), law, **settings)
    mirrored = correlations(s, s.conj(), (kappa, kappa.conj()), law, **settings)
    return [
        2 * float((weight @ one @ weight + weight @ two @ weight.conj()).real)
        for one, two in zip(same, mirrored, strict=True)
    ]
