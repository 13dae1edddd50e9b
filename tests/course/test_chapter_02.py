"""What chapter 02 says in words, measured on its tables, which are themselves recomputed in tests/tables."""

from __future__ import annotations

import math

import numpy as np
import pytest

from scalinglab.scaling_laws import fit_compute, fit_joint, optimal_allocation, synthetic_compute
from scalinglab.tables import grid_of, table
from scalinglab.training import digits, finish, summarize, train
from scalinglab.training.tasks.text import characters

TASKS = {"digits": ("digits_grid", "test_error", 0.9), "text": ("text_grid", "best_test_loss", None)}


def rows_of(task):
    name, value, _ = TASKS[task]
    return summarize(table(name), value=value)


def law_of(task, rows, envelope=True):
    chance = TASKS[task][2] or math.log(len(set(characters())))
    columns = ([row[name] for row in rows] for name in ("samples", "width", "mean"))
    return fit_joint(*columns, chance=chance if envelope else None)


def divided(task, factor):
    """Runs of at most one over the factor of both sizes, and those beyond in both."""
    rows = rows_of(task)
    most = {name: max(row[name] for row in rows) / factor for name in ("width", "samples")}
    small = [row for row in rows if all(row[name] <= most[name] for name in most)]
    return small, [row for row in rows if all(row[name] > most[name] for name in most)]


def deviations(law, rows):
    return np.array([float(law.predict(row["samples"], row["width"])) / row["mean"] - 1 for row in rows])


@pytest.mark.parametrize(("task", "bar"), [("digits", 0.08), ("text", 0.045)])
def test_one_law_fits_the_grid_to_a_few_percent(task, bar):
    law = law_of(task, rows_of(task))
    assert law.sd_deviation < bar
    assert abs(law.mean_deviation) < 0.02
    assert law.reached > 0.5


@pytest.mark.parametrize("task", TASKS)
def test_a_quarter_of_both_sizes_predicts_the_rest(task):
    small, large = divided(task, 4)
    off = deviations(law_of(task, small), large)
    assert len(large) == 4
    assert abs(off.mean()) < 0.08
    assert off.std(ddof=1) < 0.1


def test_plain_least_squares_on_the_same_quarter_of_the_digits_predicts_nine_percent_too_low():
    small, large = divided("digits", 4)
    columns = ([row[name] for row in small] for name in ("samples", "width", "mean"))
    plain = fit_joint(*columns, chance=0.9, delta=10.0)  # no deviation is beyond that, so all are squared
    assert deviations(plain, large).mean() == pytest.approx(-0.09, abs=0.02)


def test_the_prediction_of_the_chapter_comes_true_within_a_tenth():
    small, _ = divided("digits", 4)
    assert max(row["width"] for row in small) == 16
    assert max(row["samples"] for row in small) == 300
    recipe = {"optimizer": "adamw", "step_size": 0.01, "weight_decay": 0.1, "schedule": "cosine"}
    runs = finish(train(digits(), width=64, seed=range(20), steps=600, evaluations=2, **recipe))
    measured = runs.test_error[:, -1].mean()
    assert float(law_of("digits", small).predict(1200, 64)) == pytest.approx(measured, rel=0.15)


def test_the_text_needs_the_level_of_guessing():
    assert (
        law_of("text", rows_of("text"), envelope=False).sd_deviation
        > 1.3 * law_of("text", rows_of("text")).sd_deviation
    )


def test_on_the_text_a_quarter_of_the_grid_leaves_most_parameters_open_and_predicts_all_the_same():
    small, large = divided("text", 4)
    law = law_of("text", small)
    assert len(law.undetermined) >= 3
    assert "data_exponent" not in law.undetermined
    assert abs(deviations(law, large).mean()) < 0.08
    assert "model_exponent" not in law_of("text", rows_of("text")).undetermined


def test_the_model_exponent_of_the_digits_is_near_two():
    assert law_of("digits", rows_of("digits")).model_exponent == pytest.approx(2, abs=0.2)


def test_the_grids_are_those_that_the_chapter_describes():
    assert grid_of("digits_grid")["width"][0] == 4
    assert grid_of("text_grid")["width"][-1] == 256


def test_the_corrected_fit_recommends_about_twenty_tokens_for_each_parameter_and_the_first_one_many_more():
    published = {"E": 1.69, "A": 406.4, "B": 410.7, "alpha": 0.34, "beta": 0.28}
    corrected = {"E": 1.8172, "A": 482.01, "B": 2085.43, "alpha": 0.3478, "beta": 0.3658}
    ratios = []
    for letters in (published, corrected):
        runs = synthetic_compute(noise=0.0, **letters)
        best = optimal_allocation(fit_compute(runs.parameters, runs.tokens, runs.loss), 1e24)
        ratios.append(float(best.tokens[0] / best.parameters[0]))
    assert ratios[1] == pytest.approx(20, rel=0.25)
    assert ratios[0] > 3 * ratios[1]
