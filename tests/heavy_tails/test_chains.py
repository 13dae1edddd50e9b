"""Simulation: the norm alone and full vectors agree, tails are those of theory, averages repair stable estimators."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import ks_2samp

from scalinglab._errors import DivergenceError
from scalinglab.heavy_tails import (
    critical_step_size,
    largest_step_size,
    node_error,
    recursion_tail_index,
    simulate_recursion,
    tail_index,
)
from scalinglab.heavy_tails.chains import column_chains
from scalinglab.heavy_tails.dependence import column_dependence
from tests.trials import trials

FOLDER = Path(__file__).with_name("trials")


@pytest.mark.parametrize(("step", "batch", "dimension"), [(0.8, 2, 2), (0.5, 5, 10), (0.7, 1, 1), (0.6, 4, 3)])
def test_the_norm_alone_has_the_law_of_full_vectors(step, batch, dimension):
    options = {"chains": 10_000, "steps": 50, "noise": 2.0, "input_variance": 0.9}
    norms = simulate_recursion(step, batch, dimension, **options).norms
    vectors = simulate_recursion(step, batch, dimension, **options, method="vectors", seed=1)
    assert ks_2samp(norms, vectors.norms).pvalue > 0.001
    np.testing.assert_allclose(vectors.norms, np.linalg.norm(vectors.vectors, axis=1), rtol=1e-9)


@pytest.mark.parametrize("dimension", [1, 3])
def test_coordinates_have_the_law_of_those_of_vectors(dimension):
    options = {"chains": 10_000, "steps": 40}
    drawn = simulate_recursion(0.5, 2, dimension, **options).coordinates(3)
    vectors = simulate_recursion(0.5, 2, dimension, **options, method="vectors", seed=1)
    assert ks_2samp(drawn, vectors.coordinates()).pvalue > 0.001
    np.testing.assert_array_equal(vectors.coordinates(), vectors.vectors[:, 0])


def test_one_step_by_hand():
    """From 0: x = (eta / B) sum a_i noise_i, so with B = 1 the norm is eta |a| |noise|."""
    chains = simulate_recursion(0.3, 1, 1, chains=20_000, steps=1, noise=2.0, input_variance=4.0)
    generator = np.random.default_rng(5)
    expected = 0.3 * 2 * 2 * np.abs(generator.standard_normal(20_000) * generator.standard_normal(20_000))
    assert ks_2samp(chains.norms, expected).pvalue > 0.001


def test_the_variance_is_that_of_the_equation():
    """Below the critical step, E r^2 = eta^2 noise^2 s2 d / B / (1 - h(2)) at the end."""
    step, batch, dimension = 0.3, 2, 3
    growth = 1 - 2 * step + step**2 * (batch + dimension + 1) / batch
    chains = simulate_recursion(step, batch, dimension, chains=40_000, steps=100)
    assert (chains.norms**2).mean() == pytest.approx(step**2 * dimension / batch / (1 - growth), rel=0.03)


#: B, d, step in units of the critical one; Hill estimates (top 1 %) of 40,000 chains, by an independent implementation.
HILL = [(1, 1, 1.0, 1.91, 2.07), (2, 2, 1.0, 1.91, 2.07), (2, 2, 1.2, 1.16, 1.16), (1, 1, 1.2, 1.66, 1.66)]


@pytest.fixture(scope="module")
def hill():
    """The index of the theory and Hill's estimate, in each of these settings."""

    def trial(number):
        batch, dimension, share, *_ = HILL[number]
        step = share * critical_step_size(batch, dimension)
        chains = simulate_recursion(step, batch, dimension, chains=40_000, steps=600, seed=3)
        return {"theory": chains.alpha, "found": tail_index(chains.norms, method="hill").alpha}

    return trials(FOLDER / "hill.json", trial, len(HILL), again=1, rel=1e-6)


@pytest.mark.parametrize(("number", "setting"), list(enumerate(HILL)))
def test_hills_estimate_is_near_the_theory(hill, number, setting):
    """Hill's standard error at 400 points is a twentieth of the index; three of them, and those of the reference."""
    batch, dimension, share, low, high = setting
    theory, found = hill[number].values()
    assert theory == pytest.approx(
        recursion_tail_index(share * critical_step_size(batch, dimension), batch, dimension), rel=1e-9
    )
    assert found == pytest.approx(theory, rel=0.15)
    assert low * 0.85 < found < high * 1.15


def test_stable_estimators_hide_all_that_is_beyond_2():
    step = 0.7 * critical_step_size(2, 2)
    chains = simulate_recursion(step, 2, 2, chains=10_000, steps=300, method="vectors")
    assert chains.alpha > 3.9
    for method in ("characteristic", "block"):
        assert tail_index(chains.vectors[:, 0], method=method).alpha < 2.05
    assert tail_index(chains.norms, method="hill").alpha > 2.5


def test_averaging_repairs_stable_estimators():
    """1.546: raw 1.36 to 1.45, averages of 300 iterates 1.47 to 1.49; 1.222: raw 1.15, averages 1.23 to 1.28."""
    for batch, dimension, index, raw, mended in [(1, 1, 1.546, (1.30, 1.47), 1.49), (2, 2, 1.222, (1.08, 1.22), 1.25)]:
        step = 1.2 * critical_step_size(batch, dimension)
        chains = simulate_recursion(step, batch, dimension, chains=10_000, steps=500, method="vectors", average=300)
        before = tail_index(chains.vectors[:, 0], method="block").alpha
        after = tail_index(chains.averages[:, 0], method="block").alpha
        assert raw[0] < before < raw[1]
        assert after == pytest.approx(mended, abs=0.09)
        assert abs(after - index) < abs(before - index)


def test_the_average_is_that_of_the_last_iterates():
    options = {"chains": 5, "method": "vectors", "seed": 4}
    last = [simulate_recursion(0.3, 1, 2, steps=steps, **options).vectors for steps in (8, 9, 10)]
    averages = simulate_recursion(0.3, 1, 2, steps=10, average=3, **options).averages
    np.testing.assert_allclose(averages, np.mean(last, axis=0), rtol=1e-12)


def test_without_a_stationary_law_the_distance_grows_at_the_rate():
    step = 1.5 * largest_step_size(2, 2)
    few, many = (simulate_recursion(step, 2, 2, chains=2000, steps=steps) for steps in (200, 400))
    growth = (np.median(np.log(many.norms)) - np.median(np.log(few.norms))) / 200
    assert np.isnan(few.alpha)
    # A median of 2000 logarithms with a spread of root 400 or so.
    assert growth == pytest.approx(few.rate, abs=0.02)
    assert "No stationary law" in few.caption


def test_chains_are_stopped_at_the_cap_and_counted():
    chains = simulate_recursion(50.0, 1, 5, chains=100, steps=200)
    assert chains.capped == 100
    assert "100 of 100 chains were stopped" in chains.caption
    assert np.isfinite(chains.norms).all()
    assert simulate_recursion(50.0, 1, 5, chains=10, steps=200, method="vectors").capped > 0


def test_chains_are_read_only_and_have_rows_of_their_tail():
    chains = simulate_recursion(0.5, 2, 2, chains=300, steps=20)
    rows = chains.rows(20)
    assert rows[0]["share"] == pytest.approx(1 / 300)
    assert rows[-1]["share"] == 1
    assert all(one["norm"] >= other["norm"] for one, other in pairwise(rows))
    with pytest.raises(ValueError, match="read-only"):
        chains.norms[0] = 1
    again = simulate_recursion(0.5, 2, 2, chains=300, steps=20)
    assert np.array_equal(chains.norms, again.norms)


def median_error(index, columns, *, shared=False, seeds=5):
    """Node error at density 0.1 of columns by SGD with B = d = 2, at the step of a tail index.

    It is a matter of the columns' norms alone, so of many that are independent only these are drawn, in a quarter of
    the time; that they have the same law is tested above.
    """
    step = {5.04: 0.6, 3.15: 0.8, 1.78: 1.05, 1.22: 1.2}[index] * 0.8
    assert recursion_tail_index(step, 2, 2) == pytest.approx(index, abs=0.01)
    errors = []
    for seed in range(seeds):
        if shared or columns < 10_000:
            layer = column_chains(step, 2, 2, columns=columns, shared=shared, steps=300, seed=seed)
        else:
            layer = simulate_recursion(step, 2, 2, chains=columns, steps=300, seed=seed).norms[None]
        errors.append(node_error(layer, 0.1))
    return float(np.median(errors))


#: Indices, and the node errors of 100, 1,000 and 10,000 columns, by an independent implementation.
THEOREM = {
    5.04: (0.766, 0.761, 0.754),
    3.15: (0.696, 0.643, 0.647),
    1.78: (0.434, 0.368, 0.267),
    1.22: (0.248, 0.094, 0.051),
}
#: Indices, columns, and whether all have one batch.
LAYERS = [(index, columns, False) for index in THEOREM for columns in (100, 1000, 10_000)]
LAYERS += [(index, columns, True) for index in (5.04, 1.78, 1.22) for columns in (100, 1000)]


@pytest.fixture(scope="module")
def medians():
    """The node errors of all these layers."""

    def trial(number):
        index, columns, shared = LAYERS[number]
        return {"error": median_error(index, columns, shared=shared, seeds=15 if shared else 5)}

    found = trials(FOLDER / "node_errors.json", trial, len(LAYERS), again=2, rel=1e-6)
    return {layer: one["error"] for layer, one in zip(LAYERS, found, strict=True)}


@pytest.mark.parametrize("index", THEOREM)
def test_the_theorem_with_genuine_sgd(medians, index):
    """Light tails: a plateau. Heavy ones: the error falls, and scatters (its logarithm by up to 0.8; five draws)."""
    found = [medians[index, columns, False] for columns in (100, 1000, 10_000)]
    if index > 3:
        np.testing.assert_allclose(found, THEOREM[index], rtol=0.08)
    else:
        np.testing.assert_allclose(np.log(found), np.log(THEOREM[index]), atol=0.8)
        assert found[2] < found[0]


@pytest.mark.parametrize("index", [5.04, 1.78, 1.22])
def test_one_batch_for_all_columns_breaks_it(medians, index):
    """A plateau at any index, where a thousand columns of their own batches are at 0.37 and 0.09 for heavy tails."""
    for columns in (100, 1000):
        assert 0.68 < medians[index, columns, True] < 0.88


def test_columns_with_one_batch_depend_on_one_another_and_those_with_their_own_do_not():
    def layers(*, shared):
        return np.stack(
            [column_chains(0.9, 2, 2, columns=40, shared=shared, steps=200, seed=seed) for seed in range(60)]
        )

    shared, own = (column_dependence(layers(shared=value)) for value in (True, False))
    assert shared.lengths > 0.2
    assert abs(own.lengths) < 4 * own.lengths_error


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: simulate_recursion(0.1, 0, 1), "batch_size must be positive, got 0"),
        (lambda: simulate_recursion(0.1, 1, 1, noise=0), "noise must be positive, got 0"),
        (lambda: simulate_recursion(0.1, 1, 1, chains=0), "chains must be positive, got 0"),
        (lambda: simulate_recursion(0.1, 1, 1, method="norm"), "method must be one of radial, vectors, got 'norm'"),
        (lambda: simulate_recursion(0.1, 1, 1, average=5), "average must be at most 400 steps, and of vectors, got 5"),
        (lambda: simulate_recursion(0.1, 1, 1, seed=-1), "seed must not be negative, got -1"),
        (lambda: column_chains(0.1, 1, 1, columns=0), "columns must be positive, got 0"),
        (lambda: column_chains(0.1, 1, 1, columns=2, shared=1), "shared must be true or false, got 1"),
    ],
)
def test_bad_input_gets_one_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()


def test_columns_without_a_stationary_law_are_refused():
    with pytest.raises(DivergenceError):
        column_chains(3.0, 2, 2, columns=3)
