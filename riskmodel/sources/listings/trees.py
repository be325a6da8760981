"""XML lists record by record, in bounded memory; the same lists as JSON, as converters write them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from riskmodel.sources.files.find import Source
from riskmodel.sources.files.unpack import unpacked_file

_DOCTYPE = re.compile(rb"<!\s*(DOCTYPE|ENTITY)\b", re.IGNORECASE)
_HEAD = 1 << 16
_LARGEST = 1 << 30


@dataclass(frozen=True)
class Tree:
    """An XML file or its JSON twin: the name and attributes of its first element, and where its text is.

    `names` are those of the elements that stand directly in the first element.
    """

    source: Source
    root: str
    attributes: Mapping[str, str]
    twin: ET.Element | None = None

    def records(self, *names: str) -> Iterator[ET.Element]:
        """Elements of these local names, the outermost of each, without namespaces, in the file's order.

        Raises InputUnreadable for what is no well-formed XML.
        """
        if self.twin is not None:
            yield from _outermost(self.twin, names)
            return
        with unpacked_file(self.source) as path:
            try:
                yield from _stream(path, frozenset(names))
            except (ET.ParseError, ValueError, LookupError) as error:
                raise self.source.refuse(f"is no well-formed XML ({error}); fetch it again") from None

    def first(self, name: str) -> str | None:
        """The text of the first element of a name."""
        found = next(self.records(name), None)
        return None if found is None else _text(found)


def xml_tree(source: Source) -> Tree:
    """Open an XML list. Raises InputUnreadable for a document type, which could define text of its own."""
    with unpacked_file(source) as path:
        if path.stat().st_size > _LARGEST:
            raise source.refuse(f"is larger than {_LARGEST:,} bytes, which no list is; split it")
        with path.open("rb") as file:
            if _DOCTYPE.search(file.read(_HEAD)):
                raise source.refuse("declares a document type, which no list needs; remove it")
        try:
            for _, element in ET.iterparse(path, events=("start",)):  # noqa: S314  (no document type)
                return Tree(source, local(element.tag), {local(k): v for k, v in element.attrib.items()})
        except (ET.ParseError, ValueError, LookupError) as error:
            raise source.refuse(f"is no well-formed XML ({error}); fetch it again") from None
    raise source.refuse("is an XML file without an element; fetch it again")


def json_tree(source: Source, text: str, roots: frozenset[str]) -> Tree | None:
    """The twin of an XML list as JSON under one of the names in `roots`, or None where it is none."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    named = [key for key in value if isinstance(key, str) and local(key) in roots]
    if len(named) != 1 or not isinstance(value[named[0]], dict):
        return None
    element = _element(local(named[0]), value[named[0]])
    return Tree(source, element.tag, dict(element.attrib), element)


def local(name: str) -> str:
    """A name without its namespace or prefix."""
    return name.rsplit("}", 1)[-1].rsplit(":", 1)[-1]


def text(record: ET.Element, *names: str) -> str | None:
    """The text of the first descendant, or the attribute, of one of these names; None where it is empty."""
    for name in names:
        if (given := (record.get(name) or "").strip()) or (given := _first(record, name)):
            return given
    return None


def texts(record: ET.Element, name: str) -> list[str]:
    """The texts of all descendants of a name that hold any."""
    return [found for element in record.iter(name) if (found := _text(element))]


def _first(record: ET.Element, name: str) -> str:
    return next((found for element in record.iter(name) if (found := _text(element))), "")


def _text(element: ET.Element) -> str:
    return " ".join("".join(element.itertext()).split())


def _stream(path: Path, names: frozenset[str]) -> Iterator[ET.Element]:
    open_records = 0
    for event, element in ET.iterparse(path, events=("start", "end")):  # noqa: S314  (no document type)
        if event == "start":
            element.tag = local(element.tag)
            if any("}" in key for key in element.attrib):
                element.attrib = {local(key): value for key, value in element.attrib.items()}
            open_records += element.tag in names
        elif element.tag in names:
            open_records -= 1
            if not open_records:
                yield element
                element.clear()
        elif not open_records:
            element.clear()


def _outermost(element: ET.Element, names: tuple[str, ...]) -> Iterator[ET.Element]:
    for child in element:
        if child.tag in names:
            yield child
        else:
            yield from _outermost(child, names)


def _element(name: str, value: Any) -> ET.Element:
    element = ET.Element(name)
    if isinstance(value, dict):
        for key, item in value.items():
            plain = not isinstance(item, dict | list)
            if key in ("#text", "_") and plain:
                element.text = "" if item is None else str(item)
            elif key.startswith("@") and plain:
                element.set(local(key[1:]), "" if item is None else str(item))
            elif key == "$" and isinstance(item, dict):
                element.attrib.update({local(k): str(v) for k, v in item.items()})
            else:
                for one in item if isinstance(item, list) else [item]:
                    element.append(_element(local(key), one))
    elif value is not None:
        element.text = str(value)
    return element
