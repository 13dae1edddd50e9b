"""A second-order learner of small networks: Levenberg-Marquardt steps that reach the lower limit of the error.

[Rosenfeld2021] studies the noiseless, realizable case, in which the lower limit is 0: labels come from a network that
the student could be. Its Jacobian J (samples x parameters) is cheap for one hidden layer, so a student can solve

    (J^T J + damping I) change = -J^T residuals

in place of a step down the gradient. From a start that is lucky, the error falls to rounding in some hundred steps;
others end in local minima, which is why there are several. The design and the numbers are ours, not the thesis's.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from scalinglab._checks import Array, array, fail, non_negative_integer, positive_integer, same_length
from scalinglab.approximation.students import Layers, NetworkFit, Students

#: Damping at the start, its bounds (in units of the mean square of a column of J), and its factors after a step that
#: lowers the error and one that does not. Slow factors end in fewer local minima than quick ones.
DAMPING, LEAST, MOST, DOWN, UP = 0.1, 1e-13, 1e10, 1.5, 2.0
#: Mean squared residual, in units of the labels' variance, below which only rounding is left.
ZERO = 1e-31
MOST_PARAMETERS, MOST_NUMBERS = 2000, 3 * 10**7


def fit_network(
    inputs: ArrayLike,
    labels: ArrayLike,
    *,
    width: int,
    starts: int = 5,
    steps: int = 300,
    seed: int = 0,
    initial: Sequence[Layers] | None = None,
    test_inputs: ArrayLike | None = None,
    test_labels: ArrayLike | None = None,
) -> NetworkFit:
    """Fit networks with one hidden layer of tanh units to samples, from several starts.

    Parameters
    ----------
    inputs : array, shape (samples, inputs)
    labels : array, shape (samples,) or (samples, 1)
    width : int
        Hidden units; ``width * (inputs + 2) + 1`` parameters, at most 2000.
    starts : int
        Networks that are drawn: weights normal with the variance 1 / fan-in, biases 0. Not read if ``initial`` is
        given.
    steps : int
        Most steps of each start; a step that does not lower the error changes only the damping.
    seed : int
        Draws the starts; fewer are the first ones of more.
    initial : sequence of ((weight, bias), (weight, bias)), optional
        Networks to begin with, as ``Training.arrays`` gives them: so two learners can have the same starts.
    test_inputs, test_labels : array, optional
        If given, the test error is measured at each step, too.

    Returns
    -------
    NetworkFit

    Raises
    ------
    ValueError
        If an argument is out of range, a shape does not fit, or a number is not finite.

    Examples
    --------
    >>> from scalinglab.training import teacher_student
    >>> task = teacher_student(256)
    >>> fit = fit_network(task.train_inputs, task.train_labels, width=8)
    >>> fit.parameters, bool(fit.error(task.test_inputs, task.test_labels) < 1e-20)
    (81, True)
    """
    places, answers = examples("inputs", "labels", inputs, labels)
    if (test_inputs is None) != (test_labels is None):
        fail("test_inputs and test_labels", "be given together", "one of them")
    test = None
    if test_inputs is not None and test_labels is not None:
        test = held_out(test_inputs, test_labels, places.shape[1])
    width, count = positive_integer("width", width), positive_integer("starts", starts)
    count = count if initial is None else len(initial)
    shape = Students(places.shape[1], width)
    if shape.parameters > MOST_PARAMETERS:
        fail("width", f"have at most {MOST_PARAMETERS} parameters, not {shape.parameters}", width)
    if count * max(len(places), shape.parameters) * shape.parameters > MOST_NUMBERS:
        fail("starts", "let all matrices fit into memory: fewer starts, samples or units", count)
    begin = shape.draw(count, non_negative_integer("seed", seed)) if initial is None else shape.gather(initial)
    return _run(shape, begin, (places, answers), test, positive_integer("steps", steps))


def held_out(test_inputs: ArrayLike, test_labels: ArrayLike, columns: int) -> tuple[Array, Array]:
    """A test set for networks of so many inputs, after a check."""
    test = examples("test_inputs", "test_labels", test_inputs, test_labels)
    if test[0].shape[1] != columns:
        fail("test_inputs", f"have {columns} columns, as the inputs", test[0].shape)
    return test


def examples(one: str, other: str, inputs: ArrayLike, labels: ArrayLike) -> tuple[Array, Array]:
    """Inputs (samples, inputs) and labels (samples,) by these names, after a check."""
    places, answers = (array(f"{one} and {other}", value) for value in (inputs, labels))
    if answers.ndim == 2 and answers.shape[1] == 1:
        answers = answers[:, 0]
    if places.ndim != 2:
        fail(one, "have the shape (samples, inputs)", places.shape)
    if answers.ndim != 1:
        fail(other, "have the shape (samples,) or (samples, 1)", answers.shape)
    same_length(**{one: places, other: answers})
    if not answers.var():
        fail(other, "not all be the same: errors are measured in units of their variance", float(answers[0]))
    return places, answers


def _run(
    shape: Students, begin: Array, known: tuple[Array, Array], test: tuple[Array, Array] | None, steps: int
) -> NetworkFit:
    """Levenberg-Marquardt on all starts at once; those that are done are left out."""
    inputs, labels = known
    values, damping = begin.copy(), np.full(len(begin), DAMPING)
    residuals, jacobian = shape.linearized(values, inputs)
    residuals -= labels
    units, going = labels.var(), np.ones(len(begin), dtype=bool)
    error = (residuals**2).mean(1) / units
    history = [error.copy()]
    tested = [] if test is None else [shape.error(values, *test)]
    for _ in range(steps):
        going &= (error > ZERO) & (damping < MOST)
        if not going.any():
            break
        own = np.flatnonzero(going)
        trial = values[own] - _change(jacobian[own], residuals[own], damping[own])
        trial_residuals, trial_jacobian = shape.linearized(trial, inputs)
        trial_residuals -= labels
        trial_error = (trial_residuals**2).mean(1) / units
        better = trial_error < error[own]  # false for nan
        taken = own[better]
        values[taken], error[taken] = trial[better], trial_error[better]
        residuals[taken], jacobian[taken] = trial_residuals[better], trial_jacobian[better]
        damping[own] = np.where(better, np.maximum(damping[own] / DOWN, LEAST), damping[own] * UP)
        history.append(error.copy())
        if test is not None:
            # Of networks that stay as they were, the error is known.
            tested.append(tested[-1].copy())
            tested[-1][taken] = shape.error(trial[better], *test)
    return NetworkFit(shape, values, len(inputs), np.array(history), np.array(tested) if test else None)


def _change(jacobian: Array, residuals: Array, damping: Array) -> Array:
    """The damped Gauss-Newton step, by normal equations.

    They square the condition number of J, but an inexact step costs speed alone: where the residuals vanish does not
    depend on it.
    """
    normal = jacobian.swapaxes(1, 2) @ jacobian
    diagonal = np.einsum("spp->sp", normal)
    # A view: adding to it changes the matrix.
    diagonal += (damping * diagonal.mean(1))[:, None]
    return np.linalg.solve(normal, jacobian.swapaxes(1, 2) @ residuals[..., None])[..., 0].astype(np.float64)
