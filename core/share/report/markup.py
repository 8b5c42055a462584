"""Markup: pieces of HTML and SVG in which whatever comes from the user is text and nothing else."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence


class Markup(str):
    """A text that is markup already; every other text is escaped where it is put."""

    __slots__ = ()


def escaped(text: object) -> Markup:
    """A text as HTML shows it, without what does not show or turns the direction of writing; markup as it is."""
    if isinstance(text, Markup):
        return text
    shown = "".join(each if each.isprintable() or each == "\n" else " " for each in str(text))
    return Markup(html.escape(shown, quote=True))


def tag(name: str, *inner: object, **attributes: object) -> Markup:
    """An element with what is in it; an underscore at the end of an attribute's name is dropped, others are hyphens."""
    said = "".join(f' {key.rstrip("_").replace("_", "-")}="{escaped(value)}"' for key, value in attributes.items())
    return Markup(f"<{name}{said}>{joined(inner)}</{name}>")


def joined(parts: Iterable[object]) -> Markup:
    """Pieces one after the other."""
    return Markup("".join(map(escaped, parts)))


def paragraphs(texts: Iterable[object], **attributes: object) -> Markup:
    """A paragraph for each text."""
    return joined(tag("p", each, **attributes) for each in texts)


def listed(texts: Iterable[object]) -> Markup:
    """A list; nothing where there is nothing to list."""
    items = [tag("li", each) for each in texts]
    return tag("ul", *items) if items else Markup()


def table(head: Sequence[object], rows: Iterable[Sequence[object]], numbers: frozenset[int] = frozenset()) -> Markup:
    """A table that scrolls by itself where it is too wide; numbers are the positions of columns set to the right."""
    looks = [{"class_": "number"} if at in numbers else {} for at in range(len(head))]
    names = tag("tr", *(tag("th", each, scope="col", **look) for each, look in zip(head, looks, strict=True)))
    body = [tag("tr", *(tag("td", each, **look) for each, look in zip(row, looks, strict=True))) for row in rows]
    return tag("div", tag("table", tag("thead", names), tag("tbody", *body)), class_="wide")
