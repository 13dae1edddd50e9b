"""What chapter 10 says in words, measured."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

import scalinglab.heavy_tails as tails
from scalinglab._errors import DivergenceError
from scalinglab.exercises.bank import find
from scalinglab.tables import rank_correlation
from scalinglab.training import digits
from tests.course.notebooks import COURSE


@pytest.fixture
def rank(chapter):
    """The rank correlation of two columns over the fitted runs of SGD."""
    return lambda x, y: chapter["rank"](chapter["NOISY"], x, y)


def test_at_index_1_9_halving_the_error_takes_two_to_the_38th_times_the_weights(chapter):
    assert pytest.approx(38) == 1 / (1 / 1.9 - 1 / 2)
    few, many = tails.predicted_error(1.9, [1e3, 1e3 * 2.0**38], 0.1)
    assert many / few == pytest.approx(0.5)
    told = {1.9: "38", 1.5: "6", 1.0: "2"}
    for index, power in told.items():
        said = f"To halve the error, you need 2^{power} times as many weights."
        assert chapter["vectors"](index, 0.1)["caption"] == said
    assert chapter["vectors"](2, 0.1)["caption"] == "More weights never halve the error."
    assert chapter.captions["how-many-weights-it-takes"] == "To halve the error, you need 2^6 times as many weights."


def test_one_weight_that_sticks_out_makes_an_error_small():
    """The example at the top, and the picture: twenty weights of which two are kept."""
    assert tails.best_k_error(np.ones(10), 0.1) == pytest.approx(3 / np.sqrt(10))
    assert tails.best_k_error([30.0] + [1.0] * 9, 0.1) == pytest.approx(3 / np.sqrt(909))
    assert [f"{3 / np.sqrt(10):.2f}", f"{3 / np.sqrt(909):.4f}"] == ["0.95", "0.0995"]
    picture = (COURSE / "figures" / "10_two_tails.svg").read_text(encoding="utf-8")
    light, heavy = norm.ppf(0.5 + (np.arange(20) + 0.5) / 40), np.arange(1, 21) ** -1.25
    for weights, said in ((light, "0.76"), (heavy, "0.34")):
        assert f"{tails.best_k_error(weights, 0.1):.2f}" == said
        assert f">error {said}<" in picture


def test_the_growth_of_the_worked_example_is_sixteen():
    assert find("10-growth").oracle(4 / 3, 2.0) == pytest.approx(16)


def test_medians_lie_along_the_line_and_fall_by_orders_of_magnitude_at_index_one_alone(chapter):
    """The first panel as it opens, and with its presets."""
    rows, line = (chapter.drawn("how-many-weights-it-takes", name) for name in ("rows", "theory"))
    along = np.interp(
        np.log([row["n"] for row in rows]), np.log([row["n"] for row in line]), [row["error"] for row in line]
    )
    np.testing.assert_allclose([row["error"] for row in rows], along, rtol=0.15)
    first, last = (chapter["measured"](1.0, 0.1)[place]["error"] for place in (0, -1))
    assert first > 50 * last
    published, normal = (chapter["measured"](index, 0.1)[-1] for index in (1.9, 2.0))
    assert published == {"n": 30_000, "error": pytest.approx(0.62, abs=0.005)}
    assert normal["error"] == pytest.approx(0.75, abs=0.005)
    later = [row["error"] for row in chapter["measured"](2.0, 0.1) if row["n"] >= 1000]
    assert max(later) - min(later) < 0.003


def test_two_lengths_grow_as_the_derivation_says(chapter):
    """All weights like n^(1 / alpha), and the dropped ones like n^(1 / 2)."""
    alpha, grown = 1.25, 30
    few, many = (np.abs(tails.stable(alpha, (400, n), seed=n)) for n in (100, 100 * grown))
    whole = [np.median(np.sqrt((x**2).sum(1))) for x in (few, many)]
    rest = [np.median(np.sqrt((np.where(x < np.quantile(x, 0.9), x, 0) ** 2).sum(1))) for x in (few, many)]
    assert np.log(whole[1] / whole[0]) / np.log(grown) == pytest.approx(1 / alpha, abs=0.06)
    assert np.log(rest[1] / rest[0]) / np.log(grown) == pytest.approx(1 / 2, abs=0.02)


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


def test_the_panel_of_three_prunings_opens_far_below_the_normal_limits(chapter):
    kept, wide = (chapter.drawn("three-prunings-of-stable-matrices", name) for name in ("kept", "wide"))
    for row in kept:
        assert row["error"] < 0.65 * chapter["LIMITS"][row["pruning"]](row["density"])
    for name in chapter["ERRORS"]:
        errors = [row["error"] for row in wide if row["pruning"] == name]
        assert errors == sorted(errors, reverse=True)


def test_the_node_error_is_the_largest_of_the_three_in_every_view(chapter):
    for kind in ("independent", "columns", "layer"):
        for width, density in ((16, 0.1), (64, 0.03), (64, 0.75)):
            errors = chapter["matrix_errors"](kind, 1.3, width, density)
            assert max(errors.values()) == errors["node"]


def test_one_factor_and_normal_entries_have_the_same_errors(chapter):
    """Close to the limits of large matrices, and a little below them for nodes."""
    for density in (0.03, 0.12, 0.25, 0.5, 0.75):
        one, normal = (chapter["matrix_errors"](*kind, 64, density) for kind in (("layer", 1.3), ("columns", 2.0)))
        for name, limit in chapter["LIMITS"].items():
            assert one[name] == pytest.approx(normal[name], abs=0.01)
            assert -0.06 < normal[name] - limit(density) < 0.01
    few, many = (chapter["matrix_errors"]("columns", 2.0, width, 0.1) for width in (16, 128))
    assert all(many[name] > few[name] - 0.01 for name in many)


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
    assert tails.recursion_tail_index(1.2 * tails.critical_step_size(2, 2), 2, 2) == pytest.approx(1.22, abs=0.005)
    own, shared = (means(chapter.drawn("one-batch-or-many"), batches) for batches in ("own", "shared"))
    assert own == sorted(own, reverse=True)
    assert 0.7 < min(shared) < max(shared) < 0.9


def means(rows, batches):
    """The mean error at each number of columns, the thick line of the panel."""
    counts = sorted({row["columns"] for row in rows})
    mine = [row for row in rows if row["batches"] == batches]
    return [np.mean([row["error"] for row in mine if row["columns"] == count]) for count in counts]


@pytest.mark.parametrize("share", [0.5, 0.6, 1.45, 1.5])
def test_with_one_batch_the_step_size_does_not_matter(share):
    *_, last = tails.column_errors(share * tails.critical_step_size(2, 2), 2, 2, columns=[30, 300], draws=9)
    assert 0.7 < min(means(last.rows(), "shared")) < max(means(last.rows(), "shared")) < 0.9
    if share == 1.45:
        few, many = means(last.rows(), "own")
        assert many < 0.05 < few


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


def test_dependence_fades_with_width_at_moderate_steps_and_stays_near_the_edge(chapter, monkeypatch):
    monkeypatch.setitem(chapter.names, "WIDTHS", (64, 128))
    moderate = {row["of"]: row for row in chapter.drawn("dependence-between-columns") if row["width"] == 128}
    *_, last = chapter["dependence"]("mean-field", 2.0)
    edge = {row["of"]: row for row in last.rows() if row["width"] == 128}
    assert -0.01 < moderate["vectors"]["correlation"] < 0
    assert edge["lengths"]["low"] > 0
    assert edge["lengths"]["train_loss"] > 20 * moderate["lengths"]["train_loss"]
    wide = [row for row in last.rows() if row["of"] == "lengths"]
    assert len(wide) == 2
    assert all(row["low"] > 0 and 0.02 < row["correlation"] < 0.05 for row in wide)


def test_correlations_are_negative_and_fade_with_the_width_in_both_scalings(chapter, monkeypatch):
    monkeypatch.setitem(chapter.names, "WIDTHS", (8, 128))
    *_, standard = chapter["dependence"]("standard", 0.5)
    for rows in (chapter.drawn("dependence-between-columns"), standard.rows()):
        found = {(row["of"], row["width"]): row["correlation"] for row in rows}
        assert max(row["high"] for row in rows) < 0
        for of in ("vectors", "lengths"):
            assert 11 < found[of, 8] / found[of, 128] < 31


def test_dependence_is_refused_what_it_cannot_measure():
    for settings, sentence in [
        ({"widths": [1]}, "widths must hold numbers of at least 2"),
        ({"runs": 3}, "runs must be"),
    ]:
        with pytest.raises(ValueError, match=sentence):
            tails.dependence_over_widths(digits(300), **({"widths": [8]} | settings))


def pruned_accuracies(chapter, pruning, kept):
    rows = chapter["pruned"](pruning, kept)["rows"]
    return rows, float(np.mean([row["pruned"] for row in rows])), float(np.mean([row["accuracy"] for row in rows]))


def test_step_over_batch_makes_digits_networks_easier_to_prune(chapter, rank):
    """The panel as it opens: rising dots, and grey ones that do not rise."""
    assert rank("ratio", "magnitude_at_0.2") > 0.8
    assert rank("ratio", "singular_at_0.2") > 0.6
    for layer, least in ((1, 0.5), (2, 0.5), (3, 0.2)):
        assert rank("ratio", f"prunable_{layer}") > least
    told = f"after pruning {rank('ratio', 'magnitude_at_0.2'):+.2f}, before pruning {rank('ratio', 'accuracy'):+.2f}. "
    assert told in chapter.captions["pruned-digits-networks"]
    assert "over 118 SGD runs" in chapter.captions["pruned-digits-networks"]
    drawn = chapter.drawn("pruned-digits-networks")
    assert [row["pruned"] for row in drawn] == [row["magnitude_at_0.2"] for row in drawn]
    assert abs(rank("ratio", "accuracy")) < 0.05


def test_both_controls_of_the_panel_of_pruned_networks_move_its_dots(chapter):
    """All points stay in its frame, and nodes cost the most accuracy at every kept fraction."""
    assert not any("outside the frame" in said for said in chapter.captions.values())
    for kept in ("0.2", "0.1", "0.05"):
        (_, weights, full), (_, nodes, _), (_, values, _) = (
            pruned_accuracies(chapter, pruning, kept) for pruning in ("magnitude", "node", "singular values")
        )
        assert nodes + 0.2 < weights < values - 0.04
        assert values < full
    rows, _, _ = pruned_accuracies(chapter, "magnitude", "0.05")
    lost = [row["pruned"] < row["accuracy"] / 2 for row in rows]
    assert sum(lost) > 0.7 * len(rows)


def test_the_trend_is_weaker_with_fewer_weights(rank):
    assert 0.2 < rank("ratio", "magnitude_at_0.05") < 0.4 < rank("ratio", "magnitude_at_0.1") < 0.7


def test_what_is_not_reproduced(rank):
    assert abs(rank("prunable", "gap")) < 0.25
    assert rank("ratio", "gap") > 0
    assert abs(rank("ratio", "accuracy")) < 0.2


def test_networks_keep_more_of_their_accuracy_with_few_hidden_nodes_too(rank):
    """Weakly: the correlations of 118 runs have a standard error of about .09."""
    for kept, found in (("0.2", 0.41), ("0.1", 0.30), ("0.05", 0.40)):
        assert rank("ratio", f"node_at_{kept}") == pytest.approx(found, abs=0.01)


def test_the_panel_of_the_gap_shows_both_protocols(chapter):
    """Of 68 runs the standard error is about .12, of 118 about .09."""
    ours, theirs = (chapter["general"](protocol) for protocol in chapter["BOTH"])
    assert chapter.captions["gap-and-protocol"].startswith(ours["caption"])
    assert (len(ours["rows"]), len(theirs["rows"])) == (118, 68)
    for found, tilt in ((ours, 0.20), (theirs, -0.27)):
        gap = {name: rank_correlation(found["rows"], name, "gap") for name in ("ratio", "prunable")}
        assert gap["ratio"] == pytest.approx(tilt, abs=0.005)
        assert abs(gap["prunable"]) < 0.12
        worst = max(found["rows"], key=lambda row: row["gap"])
        assert worst["ratio"] == max(row["ratio"] for row in found["rows"]) == pytest.approx(0.14)
        prunable = [row["gap"] for row in found["rows"] if row["prunable"] > 0.29]
        assert len(prunable) >= 3
        assert min(prunable) > np.median([row["gap"] for row in found["rows"]])
        said = f"with step / batch {gap['ratio']:+.2f}, with the prunable fraction {gap['prunable']:+.2f}."
        assert found["caption"].endswith(said)
    assert max(row["train_loss"] for row in theirs["rows"]) < 0.00025


def test_the_verdicts_of_the_table_are_those_of_its_numbers(chapter):
    rows = {row["with step / batch"]: row for row in chapter.table("Rank correlations over 118 and 68 runs")}
    ours, averaged = chapter["BOTH"]
    for claim, row in rows.items():
        name, _ = chapter["CLAIMS"][claim]
        for how, runs in chapter["BOTH"].items():
            assert row[how] == pytest.approx(rank_correlation(runs, "ratio", name), abs=0.005)
    words = {claim: (row[f"verdict: {ours}"], row[f"verdict: {averaged}"]) for claim, row in rows.items()}
    assert words["generalization gap falls"] == ("not reproduced", "weakly")
    for layer in (1, 2):
        assert words[f"prunable fraction of layer {layer} rises"] == ("holds", "holds")
    for of in ("weights", "singular values"):
        assert words[f"accuracy with a fifth of the {of} rises"] == ("holds", "holds")
    assert words["accuracy with a fifth of the nodes rises"] == ("weakly", "holds")
    assert words["accuracy with a tenth of the nodes rises"] == ("weakly", "weakly")


def test_untrained_weights_are_prunable_already():
    assert tails.limiting_prunable_fraction(0.1) == pytest.approx(0.265, abs=5e-4)
    assert tails.limiting_prunable_fraction(0.1, law="uniform") == pytest.approx(0.215, abs=5e-4)
    assert pytest.approx(0.215, abs=5e-4) == 0.01 ** (1 / 3)


def test_middle_layers_of_wider_networks_come_nearer_to_their_normal_beginnings(chapter):
    *errors, normal = (row["relative error"] for row in chapter.table("A tenth of the weights"))
    assert errors[1:] == sorted(errors[1:])
    assert min(errors) < errors[-1] - 0.01
    assert errors[-1] < normal == tails.limiting_error(0.1)


def test_the_last_layer_has_fewer_singular_values_than_are_kept():
    assert tails.singular_value_error(np.random.default_rng(0).standard_normal((10, 128)), 0.1) == 0
    assert np.ceil(0.1 * 128) == 13


def test_the_bound_says_nothing_about_the_digits_and_a_little_with_fifty_thousand_samples(chapter):
    rows = chapter["bound"](25_000, 4)["rows"]
    digit_rows = [row for row in rows if row["samples"] == "500 (digits)" and 0.04 < row["density"] < 0.25]
    assert len(digit_rows) >= 3
    assert min(row["bound"] for row in digit_rows) > 1
    near = {row["density"]: row["bound"] for row in rows if row["samples"] == "50,000"}
    at = float(np.interp(0.01, list(near), list(near.values())))
    assert at == pytest.approx(tails.occam_bound(25_000, 0.01, 50_000, bits=4), abs=0.002)
    assert at == pytest.approx(0.15, abs=0.01)


def test_ten_million_weights_are_certified_with_less_than_one_in_a_thousand_and_bits_hardly_help(chapter):
    rows = [row for row in chapter["bound"](10_000_000, 4)["rows"] if row["samples"] == "50,000"]
    assert all((row["bound"] < 1) == (row["density"] < 0.00095) for row in rows)
    assert any(0.0006 < row["density"] < 0.00095 for row in rows)
    for parameters in (25_000, 10_000_000):
        four, one = (tails.occam_bound(parameters, 0.01, 50_000, bits=bits) for bits in (4, 1))
        assert 1 - one / four == pytest.approx(0.13, abs=0.005)
