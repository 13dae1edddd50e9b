"""The decoder of masks against another implementation of logistic regressions."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from scalinglab._errors import ConvergenceError
from scalinglab.pruning.information import decoders
from scalinglab.pruning.information.decoders import decoded


def drawn(examples, bits, labels, *, rule):
    """Random bits, and labels that are a sharp rule of them or have nothing to do with them."""
    generator = np.random.default_rng(0)
    table = generator.integers(0, 2, size=(examples, bits)).astype(float)
    scores = table @ generator.normal(size=(bits, labels)) if rule else generator.normal(size=(examples, labels))
    return table, (scores > np.median(scores, axis=0)).astype(int)


@pytest.mark.parametrize("rule", [True, False], ids=["rule", "chance"])
@pytest.mark.parametrize(("examples", "bits"), [(60, 150), (150, 20)])
@pytest.mark.parametrize("freedoms", [(0.03,), (3.0,), (0.03, 0.3, 3.0), (1000.0,)])
def test_chances_are_those_of_scikit_learn(examples, bits, rule, freedoms):
    table, labels = drawn(examples, bits, 4, rule=rule)
    fitted, held = slice(0, examples - 20), slice(examples - 20, None)
    found = decoded(table[fitted], labels[fitted], table[held], freedoms)
    for place in range(labels.shape[1]):
        fits = [LogisticRegression(C=freedom, solver="newton-cholesky", tol=1e-10) for freedom in freedoms]
        each = [fit.fit(table[fitted], labels[fitted, place]).predict_proba(table[held])[:, 1] for fit in fits]
        np.testing.assert_allclose(found[:, place], np.mean(each, axis=0), atol=1e-6)


def test_a_label_that_is_rarely_one_is_read_with_a_small_chance():
    table, _ = drawn(100, 30, 1, rule=False)
    rare = np.zeros((100, 1), dtype=int)
    rare[7] = 1
    found = decoded(table, rare, table, (0.001,))
    # The intercept is free: on average, chances agree with the labels.
    assert found.mean() == pytest.approx(0.01, abs=1e-4)


def test_a_decoder_that_does_not_get_there_says_so(monkeypatch):
    monkeypatch.setattr(decoders, "STEPS", 2)
    with pytest.raises(ConvergenceError, match="a decoder with the freedom 3 found no minimum in 2 steps"):
        decoded(*drawn(40, 60, 2, rule=True), np.ones((1, 60)), (3.0,))


def test_without_labels_there_are_no_chances():
    assert decoded(np.eye(3), np.zeros((3, 0), dtype=int), np.eye(3)[:2], (1.0,)).shape == (2, 0)
