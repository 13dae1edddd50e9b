"""A page as a browser takes it: a tree of elements that are closed in order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta"}


@dataclass
class Node:
    """An element with what is in it."""

    tag: str
    attributes: dict[str, str]
    inside: list[Node | str] = field(default_factory=list)

    def all(self, tag: str = "", kind: str = "") -> Iterator[Node]:
        for one in self.inside:
            if isinstance(one, Node):
                if tag in ("", one.tag) and (not kind or kind in one.attributes.get("class", "").split()):
                    yield one
                yield from one.all(tag, kind)

    @property
    def text(self) -> str:
        parts = (one if isinstance(one, str) else one.text for one in self.inside if not _is_unread(one))
        return " ".join("".join(parts).split())


def _is_unread(one: Node | str) -> bool:
    return isinstance(one, Node) and one.tag in {"script", "style"}


class Reader(HTMLParser):
    """Builds the tree, and takes nothing that is not closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open = [Node("", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = Counter(name for name, _ in attrs)
        assert max(names.values(), default=0) <= 1, f"{tag} has {names}"
        node = Node(tag, {name: value or "" for name, value in attrs})
        self.open[-1].inside.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].inside.append(Node(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        self.open[-1].inside.append(data)


def tree_of(page: str) -> Node:
    """The tree of a page; no half of a pair of surrogates may be left to trip an encoder."""
    reader = Reader()
    reader.feed(page.encode().decode())
    reader.close()
    assert len(reader.open) == 1
    return reader.open[0]
