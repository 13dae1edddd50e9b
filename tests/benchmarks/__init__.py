"""Benchmarks: ``python -m tests.benchmarks`` runs them one after another and prints a table. They assert nothing."""
