"""Grids of runs that survive a crash and spread over machines.

- ``sweep``: the two public functions
- ``grids``, ``measures``: from a mapping with lists to complete configurations, each with a key; what they are run for
- ``chunks``, ``computing``: what is computed as one stack, and how
- ``ledger``, ``executors``: which chunks are done, left and whose; handing them to the workers of an executor
- ``results``: rows, curves, means over seeds
- ``store``, ``store_file``: where runs are kept, and the file itself
"""
