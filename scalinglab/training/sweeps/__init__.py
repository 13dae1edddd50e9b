"""Grids of runs that survive a crash and spread over machines.

- ``sweep``: the two public functions
- ``grids``: from a mapping with lists to complete configurations, each with a key
- ``chunks``, ``runs``: what is computed as one stack, and how
- ``ledgers``, ``spreading``: which chunks are whose, and handing them to the workers of an executor
- ``outcomes``, ``summaries``: rows, curves, means over seeds
- ``store``, ``store_file``, ``shelves``: where runs are kept, the file itself, and what a sweep needs of both
"""
