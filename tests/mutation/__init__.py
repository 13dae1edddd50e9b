"""Mutation run: would the tests notice if a line were wrong? Outside CI; it asserts nothing and prints a table.

``pip install cosmic-ray`` once, then ``python -m tests.mutation`` runs all modules of ``modules.toml``, in about half
an hour on two cores, and ``python -m tests.mutation scalinglab.pruning.masks`` those that are named.

The changes are those of cosmic-ray, one at each place that the seed draws. Its own runner starts Python anew for each;
ours forks, with the libraries loaded. mutmut forks as well, yet leaves every
function that is decorated as it is (all that are cached, all properties) and runs tests in a process whose caches the
unchanged code has filled.
"""
