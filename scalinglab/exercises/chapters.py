"""Folders with one module for each chapter, ``chapter_NN.py``, loaded when first asked for."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterable
from importlib import import_module
from typing import Any

__all__ = ["chapters_in", "load"]


def chapters_in(path: Iterable[str]) -> list[str]:
    """The two digits of every chapter that has a module in a package with this ``__path__``, in order."""
    names = (module.name for module in pkgutil.iter_modules(path))
    return sorted(name.removeprefix("chapter_") for name in names if name.startswith("chapter_"))


def load(package: str, chapter: str, name: str) -> Any:
    """What the module of a chapter calls by this name."""
    return getattr(import_module(f"{package}.chapter_{chapter}"), name)
