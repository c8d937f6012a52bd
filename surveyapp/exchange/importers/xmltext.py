"""XML of strangers, read without entities, DTDs or a look at any other file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError
from xml.parsers.expat import ErrorString

import defusedxml.ElementTree
from defusedxml.common import DefusedXmlException

from surveyapp.errors import BadFile
from surveyapp.words import tr

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


def parse_xml(data: bytes, name: str, root: str) -> Element:
    """The root element, which must have the local name ``root``; raises ``BadFile`` in a sentence."""
    if not data.strip():
        raise BadFile(tr("{name} is empty.", name=name))
    try:
        found: Element = defusedxml.ElementTree.fromstring(data, forbid_dtd=True)
    except DefusedXmlException as error:
        raise BadFile(
            tr("{name} holds XML declarations (DTD or entities) that can do harm; it is not read.", name=name)
        ) from error
    except ParseError as error:
        line, column = error.position
        where = tr("line {line}, column {column}", line=line, column=column + 1)
        raise BadFile(
            tr("{name} is not sound XML: {where} ({reason}).", name=name, where=where, reason=ErrorString(error.code))
        ) from error
    except (ValueError, LookupError) as error:
        raise BadFile(
            tr("{name} is in an encoding that cannot be read ({error}); save it as UTF-8.", name=name, error=error)
        ) from error
    if local(found) != root:
        raise BadFile(
            tr("{name} is XML, but of <{local}> and not of <{root}>.", name=name, local=local(found), root=root)
        )
    return found


def local(element: Element) -> str:
    """Name of an element without its namespace: files often declare a wrong one, or none."""
    return str(element.tag).rpartition("}")[2]


def children(element: Element, name: str) -> Iterator[Element]:
    """Children of a local name."""
    return (child for child in element if local(child) == name)


def text_in(element: Element | None) -> str:
    """All text in an element, its ends trimmed."""
    return "" if element is None else "".join(element.itertext()).strip()


def descendants(element: Element, name: str) -> Iterator[Element]:
    """Elements of a local name at any depth, the element itself among them."""
    return (child for child in element.iter() if local(child) == name)
