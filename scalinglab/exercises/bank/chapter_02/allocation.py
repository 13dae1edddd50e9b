"""02-allocation: how a training budget is best divided between parameters and tokens."""

import math
import random
from collections.abc import Callable

from scalinglab.exercises.bank._bisection import last
from scalinglab.exercises.exercise import Cases, Exercise, Mistake


def _budgets(draw: random.Random) -> Cases:
    """Laws whose exponents differ, so that it matters which belongs to which, on three budgets."""
    for digits in (18, 21, 24):
        alpha, beta = draw.sample(range(28, 46, 3), 2)
        amplitudes = round(draw.uniform(300, 600)), round(draw.uniform(800, 2500))
        yield round(draw.uniform(1, 9), 1) * 10.0**digits, *amplitudes, alpha / 100, beta / 100


def _best_parameters(flops: float, a: float, b: float, alpha: float, beta: float) -> float:
    """The right answer by bisection: at the best N, one percent more parameters gains what the tokens then lose."""
    budget = math.log(flops / 6)
    gain = lambda parameters: math.log(alpha * a) - alpha * parameters  # noqa: E731
    loss = lambda parameters: math.log(beta * b) - beta * (budget - parameters)  # noqa: E731
    return math.exp(last(lambda parameters: gain(parameters) > loss(parameters), 0.0, budget))


def _closed(
    ratio: Callable[..., float],
    power: Callable[..., float] = lambda alpha, beta: 1 / (alpha + beta),
    share: Callable[..., float] = lambda alpha, beta: beta / (alpha + beta),
) -> Callable[..., float]:
    """A formula of the kind that is asked: a ratio to a power, times the budget to another power."""
    return lambda flops, a, b, alpha, beta: (
        ratio(a, b, alpha, beta) ** power(alpha, beta) * (flops / 6) ** share(alpha, beta)
    )


def _slopes(a: float, b: float, alpha: float, beta: float) -> float:
    return alpha * a / (beta * b)


# The messages show 6e12 FLOPs, a 400, b 100, alpha 0.5 and beta 0.25: 160,000 parameters, 6,250,000 tokens, loss E + 3.
EXERCISE = Exercise(
    key="02-allocation",
    title="Spend a budget",
    name="best_parameters",
    cases=_budgets,
    oracle=_best_parameters,
    difficulty="medium",
    minutes=15,
    place=2,
    tolerance=0.01,  # a search on a grid of a few thousand sizes is right too
    mistakes=(
        Mistake(
            "forgot the 6",
            lambda flops, *law: _best_parameters(6 * flops, *law),
            "You took `flops = N * D`, which gives 290,739 parameters where 160,000 are best: training takes 6 "
            "operations for each parameter and token, so N times D is only `flops / 6`.",
        ),
        Mistake(
            "returned the tokens",
            lambda flops, *law: flops / 6 / _best_parameters(flops, *law),
            "You returned the tokens, 6,250,000 where 160,000 parameters are best: the loss falls with N as "
            "`N**-alpha`, and the best N grows as `flops` to the power `beta / (alpha + beta)`.",
        ),
        Mistake(
            "power of the tokens",
            _closed(_slopes, share=lambda alpha, beta: alpha / (alpha + beta)),
            "You raised the budget to the power `alpha / (alpha + beta)`, that of the tokens, and get 1.6e9 "
            "parameters where 160,000 are best: the larger `alpha`, the faster the term of the parameters falls, and "
            "the fewer of them you need.",
        ),
        Mistake(
            "terms made equal",
            _closed(lambda a, b, *_: a / b),
            "You made both terms equal, at 63,496 parameters and a loss of E + 3.17, but 160,000 reach E + 3: at the "
            "minimum the slopes are equal, and each brings its exponent down as a factor.",
        ),
        Mistake(
            "ratio upside down",
            _closed(lambda *law: 1 / _slopes(*law)),
            "Your factor is upside down and gives 625 parameters where 160,000 are best: a larger `a` makes the "
            "model's term larger, so it needs more parameters.",
        ),
        Mistake(
            "factor without its power",
            _closed(_slopes, power=lambda *_: 1.0),
            "Your factor lacks its power and gives 80,000 parameters where 160,000 are best: `N**(alpha + beta)` "
            "stands alone at the end, and the power `1 / (alpha + beta)` is taken of the whole other side.",
        ),
        Mistake(
            "20 tokens for each parameter",
            lambda flops, *law: math.sqrt(flops / 120),
            "You used the rule of 20 tokens for each parameter, 223,607 parameters and a loss of E + 3.02, but 160,000 "
            "reach E + 3: the rule holds for one law near one budget, and this is another law.",
        ),
    ),
    hints=(
        "The budget leaves one choice: with N parameters there are `D = flops / (6 * N)` tokens. Put that into L.",
        "Set the derivative by N to zero: `alpha * a * N**-alpha = beta * b * D**-beta`, with D from the budget.",
        "Collect N: `N**(alpha + beta) = alpha * a / (beta * b) * (flops / 6)**beta`.",
    ),
)
