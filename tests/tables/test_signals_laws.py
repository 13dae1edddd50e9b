"""The laws of three architectures on signals: how well they fit, their exponents, and predictions that were made."""

from __future__ import annotations

from statistics import fmean

import numpy as np
import pytest

from scalinglab.scaling_laws import fit_power_law
from scalinglab.tables import table

NETWORKS = ("perceptron", "convolution", "attention")
#: Largest size that the laws are fitted to; the next, four times as large, was trained when they had been.
FITTED = 32_000
#: Error of guessing one of ten classes.
CHANCE = 0.9


def errors_of(network):
    """Sizes, and the mean error over seeds at each."""
    rows = [row for row in table("signals_laws") if row["network"] == network]
    sizes = sorted({row["samples"] for row in rows})
    return np.array(sizes), np.array([fmean(row["test_error"] for row in rows if row["samples"] == n) for n in sizes])


def law_of(network):
    sizes, errors = errors_of(network)
    return fit_power_law(sizes[sizes <= FITTED], errors[sizes <= FITTED], chance=CHANCE)


@pytest.mark.parametrize("network", NETWORKS)
def test_a_law_in_samples_fits_each_architecture_over_two_and_a_half_decades(network):
    sizes, errors = errors_of(network)
    fitted = sizes[sizes <= FITTED]
    assert np.log10(fitted[-1] / fitted[0]) >= 2.5
    assert (np.diff(errors[sizes <= FITTED]) < 0).all()
    assert law_of(network).sd_deviation < 0.05


#: What the laws said of 128,000 samples, and the ends of their 95 % intervals, before any network had seen so many.
SAID = {
    "perceptron": (0.0507, 0.0373, 0.0739),
    "convolution": (0.0611, 0.0479, 0.0743),
    "attention": (0.1686, 0.1235, 0.2041),
}
HELD_OUT = 4 * FITTED


@pytest.mark.parametrize("network", SAID)
def test_what_was_said_of_the_held_out_size_is_what_the_law_says(network):
    law = law_of(network)
    # To the digits that were written down.
    found = [float(value[0]) for value in (law.predict([HELD_OUT]), *law.interval([HELD_OUT]))]
    np.testing.assert_allclose(found, SAID[network], rtol=0, atol=6e-5)


@pytest.mark.parametrize(("network", "miss"), [("perceptron", -0.252), ("convolution", -0.059), ("attention", -0.087)])
def test_the_held_out_error_is_inside_of_what_was_said_and_the_miss_is_told(network, miss):
    """All three laws promised too little error: training took as many steps as before, and that begins to count."""
    sizes, errors = errors_of(network)
    said, low, high = SAID[network]
    assert sizes[-1] == HELD_OUT
    assert low < errors[-1] < high
    assert said / errors[-1] - 1 == pytest.approx(miss, abs=1e-3)


def test_the_exponents_differ_by_less_than_their_intervals():
    """0.51 (0.41 to 0.67), 0.77 (0.64 to 0.94) and 0.66 (0.44 to 0.92): no two of the intervals are apart."""
    laws = [law_of(network) for network in NETWORKS]
    assert [round(law.exponent, 2) for law in laws] == [0.51, 0.77, 0.66]
    low, high = np.array([law.intervals["exponent"] for law in laws]).T
    np.testing.assert_allclose(low, [0.413, 0.639, 0.442], rtol=0, atol=2e-3)
    np.testing.assert_allclose(high, [0.673, 0.941, 0.917], rtol=0, atol=2e-3)
    assert low.max() < high.min()


def test_the_architectures_cross():
    """Convolution and perceptron begin alike, then the convolution is ahead; attention is ahead of none at the end."""
    errors = {network: errors_of(network)[1] for network in NETWORKS}
    ratio = errors["convolution"] / errors["perceptron"]
    assert abs(ratio[0] - 1) < 0.02
    assert ratio[4] < 0.7
    assert ratio[-1] > 0.9
    assert (errors["attention"] > errors["convolution"]).all()
