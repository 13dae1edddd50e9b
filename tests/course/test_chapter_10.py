"""What chapter 10 says in words, measured."""

from __future__ import annotations

import numpy as np
import pytest

import scalinglab.heavy_tails as tails
from scalinglab._errors import DivergenceError
from scalinglab.training import digits


@pytest.fixture
def rank(chapter):
    """The rank correlation of two columns over the fitted runs of SGD."""
    return lambda x, y: chapter["rank"](chapter["NOISY"], x, y)


def test_at_index_1_9_halving_the_error_takes_two_to_the_38th_times_the_weights(chapter):
    assert pytest.approx(38) == 1 / (1 / 1.9 - 1 / 2)
    few, many = tails.predicted_error(1.9, [1e3, 1e3 * 2.0**38], 0.1)
    assert many / few == pytest.approx(0.5)
    assert chapter["vectors"](1.9, 0.1)["caption"] == "The error is halved by 2^38 times as many weights."
    assert chapter["vectors"](2, 0.1)["caption"] == "The error is halved at no size."


def test_the_band_of_the_prediction_does_not_get_narrower(chapter):
    found = chapter["promised"](1.5, 0.1)
    np.testing.assert_allclose(found["high"] / found["low"], found["high"][0] / found["low"][0])
    assert (found["low"] < found["error"]).all()
    assert (found["error"] < found["high"]).all()


def test_the_dots_come_to_lie_on_the_line(chapter):
    last, line = chapter["measured"](1.5, 0.1)[-1], chapter["promised"](1.5, 0.1)
    assert last["n"] == 30_000
    expected = np.exp(np.interp(np.log(last["n"]), np.log(line["n"]), np.log(line["error"])))
    assert last["error"] == pytest.approx(expected, rel=0.25)  # the median of nine draws


def test_one_factor_for_a_layer_leaves_the_errors_of_normal_weights():
    errors = {
        kind: tails.best_k_error(tails.stable_matrix(kind, 1.5, 500, 500), 0.1) for kind in ("layer", "independent")
    }
    assert errors["layer"] == pytest.approx(0.749, abs=0.01)
    assert errors["independent"] == pytest.approx(0.12, abs=0.05)


@pytest.mark.parametrize("kind", ["independent", "columns"])
def test_errors_of_heavy_matrices_lie_below_the_normal_limits_and_fall_with_width(chapter, kind):
    small, large = (chapter["matrix_errors"](kind, 1.3, width, 0.1) for width in (16, 128))
    assert set(small) == {"magnitude", "node", "singular values"}
    for name, limit in chapter["LIMITS"].items():
        assert large[name] < small[name] < limit(0.1)


@pytest.fixture
def columns(chapter):
    return chapter["sgd"](1.2)


def test_columns_with_their_own_batches_compress_and_with_one_batch_they_do_not(chapter, columns):
    assert columns.median("own", 3000) == pytest.approx(0.07, abs=0.05)
    assert columns.median("own", 3000) < columns.median("own", 30) / 2
    for count in (30, 100, 300, 1000, 3000):
        assert 0.7 < columns.median("shared", count) < 0.9
    drawn = [
        row["error"] for row in chapter.drawn("one-batch-or-many") if (row["batches"], row["columns"]) == ("own", 3000)
    ]
    assert np.median(drawn) == columns.median("own", 3000)


@pytest.mark.parametrize("share", [0.6, 1.45])
def test_with_one_batch_the_step_size_does_not_matter(share):
    *_, last = tails.column_errors(share * tails.critical_step_size(2, 2), 2, 2, columns=[300], draws=9)
    assert 0.7 < last.median("shared", 300) < 0.9


def test_light_tails_stay_on_a_plateau():
    *_, last = tails.column_errors(0.6 * tails.critical_step_size(2, 2), 2, 2, columns=[300, 3000], draws=4)
    assert last.median("own", 3000) == pytest.approx(last.median("own", 300), rel=0.05)


def test_columns_are_refused_what_they_cannot_have():
    for call, kind in [
        (lambda: tails.column_errors(3.0, 2, 2), DivergenceError),
        (lambda: tails.column_errors(0.5, 2, 2, columns=[]), ValueError),
        (lambda: tails.column_errors(0.5, 2, 2, density=0), ValueError),
        (lambda: tails.column_errors(0.5, 2, 2, draws=0), ValueError),
    ]:
        with pytest.raises(kind):
            call()


def test_dependence_fades_with_width_at_moderate_steps_and_stays_near_the_edge(chapter):
    moderate = {row["of"]: row for row in chapter.drawn("dependence-between-columns") if row["width"] == 128}
    *_, last = chapter["dependence"]("mean-field", 2.0)
    edge = {row["of"]: row for row in last.rows() if row["width"] == 128}
    assert -0.01 < moderate["vectors"]["correlation"] < 0
    assert edge["lengths"]["low"] > 0
    assert edge["lengths"]["train_loss"] > 20 * moderate["lengths"]["train_loss"]


def test_dependence_is_refused_what_it_cannot_measure():
    for settings, sentence in [
        ({"widths": [1]}, "widths must hold numbers of at least 2"),
        ({"runs": 3}, "runs must be"),
    ]:
        with pytest.raises(ValueError, match=sentence):
            tails.dependence_over_widths(digits(300), **({"widths": [8]} | settings))


def test_step_over_batch_makes_digits_networks_easier_to_prune(chapter, rank):
    assert rank("ratio", "magnitude_at_0.2") > 0.8
    assert rank("ratio", "singular_at_0.2") > 0.6
    for layer, least in ((1, 0.5), (2, 0.5), (3, 0.2)):
        assert rank("ratio", f"prunable_{layer}") > least
    told = f"pruned accuracy {rank('ratio', 'magnitude_at_0.2'):+.2f}, "
    assert told in chapter["pruned"]("magnitude", "0.2")["caption"]


def test_what_is_not_reproduced(rank):
    assert abs(rank("prunable", "gap")) < 0.25
    assert rank("ratio", "gap") > 0
    assert abs(rank("ratio", "accuracy")) < 0.2


def test_networks_keep_more_of_their_accuracy_with_few_hidden_nodes_too(rank):
    """Weakly: the correlations of 118 runs have a standard error of about .09."""
    for kept, found in (("0.2", 0.41), ("0.1", 0.30), ("0.05", 0.40)):
        assert rank("ratio", f"node_at_{kept}") == pytest.approx(found, abs=0.01)


def test_with_one_loss_and_averages_the_gap_falls_and_pruned_accuracies_rise(chapter):
    """What the prose below the table says; of 68 runs the standard error is about .12."""
    *rows, between = chapter.table("Rank correlations over 118 and 68 runs")
    ours, averaged = ({row["with step / batch"]: row[how] for row in rows} for how in list(rows[0])[1:])
    assert ours["generalization gap falls"] > 0.1
    assert averaged["generalization gap falls"] < -0.2
    for of in ("weights", "singular values", "nodes"):
        assert (
            min(ours[f"accuracy with a fifth of the {of} rises"], averaged[f"accuracy with a fifth of the {of} rises"])
            > 0.4
        )
    assert max(abs(value) for value in list(between.values())[1:]) < 0.25


def test_the_verdicts_of_the_table_are_those_of_its_numbers(chapter, rank):
    rows = {row["with step / batch"]: row for row in chapter.table("Claims and what")}
    assert rows["generalization gap falls"]["rank correlation"] == rank("ratio", "gap")
    words = {claim: row["verdict"] for claim, row in rows.items()}
    assert words["accuracy with a fifth of the weights rises"] == "holds"
    assert words["generalization gap falls"] == "not reproduced"
    assert words["accuracy with a fifth of the nodes rises"] == "weakly"
    assert words["accuracy with a tenth of the nodes rises"] == "weakly"


def test_untrained_weights_are_prunable_already():
    assert tails.limiting_prunable_fraction(0.1) == pytest.approx(0.265, abs=5e-4)
    assert tails.limiting_prunable_fraction(0.1, law="uniform") == pytest.approx(0.215, abs=5e-4)


def test_middle_layers_of_wider_networks_come_nearer_to_their_normal_beginnings(chapter):
    few, many = chapter["middle"](32), chapter["middle"](256)
    assert few < many - 0.01
    assert many < tails.limiting_error(0.1)


def test_the_bound_says_nothing_about_the_digits_and_a_little_with_fifty_thousand_samples(chapter):
    rows = chapter["bound"](25_000, 4)["rows"]
    digit_rows = [row for row in rows if row["samples"] == "500 (digits)" and 0.04 < row["density"] < 0.25]
    assert len(digit_rows) >= 3
    assert min(row["bound"] for row in digit_rows) > 1
    near = {row["density"]: row["bound"] for row in rows if row["samples"] == "50,000"}
    at = float(np.interp(0.01, list(near), list(near.values())))
    assert at == pytest.approx(tails.occam_bound(25_000, 0.01, 50_000, bits=4), abs=0.002)
    assert at == pytest.approx(0.15, abs=0.01)
