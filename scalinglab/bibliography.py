"""The works that the course stands on, by citation key.

>>> print(cite("Bordelon2024"))
Bordelon, Atanasov, Pehlevan (2024). A Dynamical Model of Neural Scaling Laws. arXiv:2402.01092
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from scalinglab._checks import one_of


@dataclass(frozen=True)
class Reference:
    """One work: who, when, what, and its number on arXiv (empty for a work that is not there)."""

    key: str
    authors: str
    year: int
    title: str
    arxiv: str = ""
    venue: str = ""

    @property
    def link(self) -> str:
        """The address of the abstract, or an empty string."""
        return f"https://arxiv.org/abs/{self.arxiv}" if self.arxiv else ""

    def __str__(self) -> str:
        place = f"arXiv:{self.arxiv}" if self.arxiv else self.venue
        return f"{self.authors} ({self.year}). {self.title}. {place}"

    def _repr_markdown_(self) -> str:
        title = f"[{self.title}]({self.link})" if self.link else self.title
        return f"{self.authors} ({self.year}). {title}. {self.venue}".rstrip()


#: All works by their keys, as ``bibliography.toml`` holds them.
REFERENCES = {
    key: Reference(key, **said)
    for key, said in tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")).items()
}


def cite(key: str) -> Reference:
    """The reference behind a citation key such as ``"Bordelon2024"``.

    Raises
    ------
    ValueError
        If no work has this key; the sentence lists the keys.
    """
    return REFERENCES[one_of("key", key, REFERENCES)]
