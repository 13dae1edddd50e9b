"""Scaling Lab: how neural networks scale, prune and compress.

The package is the tested core of a course of notebooks. Its folders are named by what they hold:

- ``scalinglab.training``: tasks, stacked networks, the one training loop, sweeps and the store of their runs (torch)
- ``scalinglab.scaling_laws``: how the error falls with size, and fits that say what the data do not determine
- ``scalinglab.approximation``: how far learning is from the best possible: the lower limit, band-limited targets
- ``scalinglab.random_features``: a model of learning that can be solved: loss against time, width and samples
- ``scalinglab.heavy_tails``: stable laws, tail indices, SGD as a random recursion, compressibility of its weights
- ``scalinglab.compression``: a few weighted points or neurons that say the same as many: moments and recombination
- ``scalinglab.pruning``: masks, scores, iterative pruning, controls, smaller networks, information in a mask (torch)
- ``scalinglab.tables``: cached results of sweeps, with which chapters open
- ``scalinglab.live``: the panel of a notebook: controls, a function, rows, a chart
- ``scalinglab.exercises``: sealed predictions, checks that name the mistake, staged hints
- ``scalinglab.classroom``: an instructor's class: chapters assigned, collected, graded with nbgrader, and told
- ``scalinglab.site``: the course as web pages whose panels move without Python
- ``scalinglab.cli``: the command ``scalinglab``
- ``scalinglab.bibliography``: the works that docstrings and notebooks cite by key

An argument that is out of range, not finite, or does not fit the others is refused at every public door by a
``ValueError`` of one sentence: its name, what it must be, and what was given. Functions that yield refuse it at the
call, not at the first step. Docstrings name the errors that say more.

Importing ``scalinglab`` itself imports nothing heavy.
"""

__version__ = "0.1.0"
