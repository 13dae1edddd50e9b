"""Entropy and information of counts, and what information buys at most: known values, bias, and one more way."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy.stats import entropy as scipy_entropy

from scalinglab.pruning import (
    all_labelings,
    entropy,
    largest_effective_parameters,
    largest_probability,
    mutual_information,
)
from scalinglab.pruning.information.ceilings import (
    binary_entropy,
    binary_kl,
    effective_parameters,
    mask_ceiling,
    mask_choices,
)
from scalinglab.pruning.information.entropy import count_pairs, estimate_information


def test_entropy_is_that_of_scipy_and_exact_for_equal_counts():
    counts = np.random.default_rng(0).integers(0, 9, 40)
    assert entropy(counts) == pytest.approx(scipy_entropy(counts, base=2), abs=1e-13)
    for power in range(12):
        assert entropy([3] * 2**power) == power
    assert entropy([7]) == 0


def test_the_correction_is_that_of_miller_and_madow():
    counts = [5, 3, 0, 2]
    assert entropy(counts, correction="miller-madow") == pytest.approx(entropy(counts) + 2 / (20 * math.log(2)))


def test_information_of_a_function_is_the_entropy_of_its_values_and_of_a_product_zero():
    assert mutual_information(np.diag([4, 4, 4, 4])) == 2
    assert mutual_information([[4, 0], [4, 0], [0, 4]]) == pytest.approx(entropy([8, 4]))
    assert mutual_information(np.outer([1, 2, 3], [2, 5])) == pytest.approx(0, abs=1e-14)
    table = np.random.default_rng(0).integers(0, 9, (5, 7))
    joint = table / table.sum()
    product = np.outer(joint.sum(1), joint.sum(0))
    direct = sum(p * math.log2(p / q) for p, q in zip(joint.ravel(), product.ravel(), strict=True) if p)
    assert mutual_information(table) == pytest.approx(direct, abs=1e-13)
    assert mutual_information(table.T) == pytest.approx(mutual_information(table), abs=1e-13)


def independent(samples_each, seed, rows=56, columns=16, evenness=0.5):
    """A table of independent pairs: each column has its own draws of a row, whose chances are drawn, too."""
    generator = np.random.default_rng(seed)
    chances = generator.dirichlet(np.full(rows, evenness))
    return np.stack([generator.multinomial(samples_each, chances) for _ in range(columns)], axis=1)


@pytest.mark.parametrize("samples", [200, 1000])
def test_plug_in_is_biased_on_independent_data_and_the_correction_takes_it_away(samples):
    """Twenty tables: the plug-in is far above zero, what is corrected within three standard errors of it."""
    # No chance is small: beyond the first order in 1 / samples the correction would leave something.
    tables = [independent(samples, seed, rows=12, evenness=10) for seed in range(20)]
    found, corrected = ([mutual_information(t, correction=way) for t in tables] for way in ("none", "miller-madow"))
    assert np.mean(found) > 10 * np.std(found) / math.sqrt(20)
    assert abs(np.mean(corrected)) < 3 * np.std(corrected, ddof=1) / math.sqrt(20)
    # First order: (rows - 1)(columns - 1) / (2 pairs) nats, as every cell is filled.
    assert np.mean(found) == pytest.approx(11 * 15 / (2 * 16 * samples * math.log(2)), rel=0.15)


def test_the_bias_falls_as_in_the_specification_with_many_cells():
    """Of 56 x 16 cells: near .9 bits with 50 draws for each column, and a twentieth of it with 1,000."""
    means = {n: np.mean([mutual_information(independent(n, seed)) for seed in range(10)]) for n in (50, 200, 1000)}
    assert 0.3 < means[50] < 1.2
    assert means[50] > 2.5 * means[200] > 10 * means[1000]


def test_independent_pairs_are_told_by_the_null_and_dependent_ones_too():
    found = [estimate_information(independent(100, seed, rows=8), draws=100) for seed in range(12)]
    inside = sum(abs(one.corrected - one.null.mean()) < 3 * one.null.std() for one in found)
    assert inside >= 11
    assert sum(one.p_value < 0.05 for one in found) <= 3
    assert estimate_information(np.eye(8, dtype=int) * 20 + 2, draws=99).p_value == 0.01


def test_a_null_has_the_margins_of_its_table():
    """With one row, or one column, there is one table, without information."""
    for table in ([[3, 4, 5]], [[3], [4]]):
        found = estimate_information(table, draws=5)
        np.testing.assert_allclose(found.plug_in_null, 0, atol=1e-14)
        assert found.p_value == 1


def test_pairs_are_counted():
    first, second = np.random.default_rng(0).integers(0, 4, (2, 300)).tolist()
    table = count_pairs(first, second)
    for (row, a), (column, b) in itertools.product(enumerate(dict.fromkeys(first)), enumerate(dict.fromkeys(second))):
        assert table[row, column] == sum(pair == (a, b) for pair in zip(first, second, strict=True))


def test_binary_kl_is_that_of_scipy_and_has_its_limits():
    for p, q in [(0.1, 0.3), (0.9, 0.2), (0.5, 0.5), (0.0, 0.4), (1.0, 0.4)]:
        assert binary_kl(p, q) == pytest.approx(scipy_entropy([p, 1 - p], [q, 1 - q], base=2), abs=1e-14)
    assert binary_kl(0.5, 0.0) == binary_kl(0.5, 1.0) == math.inf
    assert binary_kl(0.0, 0.0) == binary_kl(1.0, 1.0) == 0
    np.testing.assert_allclose(binary_entropy([0, 0.5, 1, 0.1]), [0, 1, 0, scipy_entropy([0.1, 0.9], base=2)])


def test_the_largest_probability_uses_up_the_information():
    for q, bits in [(0.2, 0.1), (0.01, 2.0), (0.5, 0.9)]:
        p = largest_probability(q, bits)
        assert q < p < 1
        assert binary_kl(p, q) == pytest.approx(bits, abs=1e-12)
    assert largest_probability(0.25, 2.0) == largest_probability(0.25, 5.0) == 1
    assert largest_probability(0.3, 0.0) == 0.3
    assert largest_probability(0.0, 3.0) == 0


def test_no_algorithm_on_a_table_beats_the_bound():
    """All events of a small joint law: none has a divergence above the information (data processing)."""
    joint = np.random.default_rng(3).dirichlet(np.full(9, 0.4)).reshape(3, 3)
    product = np.outer(joint.sum(1), joint.sum(0))
    information = float((joint * np.log2(joint / product)).sum())
    divergences = [
        binary_kl(min(1.0, float(joint[event].sum())), min(1.0, float(product[event].sum())))
        for event in (np.array(which, dtype=bool).reshape(3, 3) for which in itertools.product((0, 1), repeat=9))
    ]
    assert 0.2 * information < max(divergences) <= information + 1e-12


def test_choices_are_counted_and_ceilings_multiply_by_a_logarithm():
    for size, kept in [(42, 6), (42, 42), (10, 1), (200, 100)]:
        assert mask_choices(size, kept) == pytest.approx(math.log2(math.comb(size, kept)), abs=1e-10)
    assert mask_ceiling(42, 6, 8) == 8
    assert mask_ceiling(8, 2, 16) == pytest.approx(math.log2(28))
    for share, factor in [(0.1, 4.25), (0.02, 5.9), (0.01, 6.6)]:
        kept = round(84480 * share)
        ceiling = largest_effective_parameters(84480, kept)
        assert ceiling / kept == pytest.approx(factor, abs=0.006)
        assert ceiling < kept * (2 + math.log(84480 / kept))
    assert effective_parameters(10, 0.0) == 10
    assert effective_parameters(10, 8.0) == pytest.approx(10 + 8 * math.log(2))


def test_all_labelings_are_all_and_different():
    labels = all_labelings(6)
    assert labels.shape == (64, 6)
    assert len({tuple(row) for row in labels.tolist()}) == 64


BAD = [
    (lambda: entropy([]), "counts must be whole numbers"),
    (lambda: entropy([0.5, 1]), "counts must be whole numbers"),
    (lambda: entropy([0, 0]), "counts must not be negative, nor all zero"),
    (lambda: entropy([3, -1]), "counts must not be negative, nor all zero"),
    (lambda: entropy([1], correction="jackknife"), "correction must be one of none, miller-madow"),
    (lambda: mutual_information([1, 2]), "table must have two axes"),
    (lambda: estimate_information([[1, 2]], draws=0), "draws must be positive"),
    (lambda: count_pairs([], []), "first must hold at least one value"),
    (lambda: count_pairs([1], [1, 2]), "must have the same length"),
    (lambda: binary_kl(1.2, 0.5), "first must be from 0 to 1"),
    (lambda: binary_entropy([0.5, -0.1]), "probability must be from 0 to 1"),
    (lambda: largest_probability(0.5, -1), "information must not be negative"),
    (lambda: mask_choices(5, 6), "kept must not exceed 5, the size"),
    (lambda: all_labelings(15), "samples must not exceed 14"),
]


@pytest.mark.parametrize(("call", "sentence"), BAD)
def test_bad_input_is_one_sentence(call, sentence):
    with pytest.raises(ValueError, match="must") as caught:
        call()
    assert sentence in str(caught.value)
