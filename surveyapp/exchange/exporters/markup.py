"""Texts and times for formats made of XML."""

from __future__ import annotations

import re

from surveyapp.domain.records import Value
from surveyapp.exchange.exporters.files import Table, clean
from surveyapp.exchange.importers.source import text_of

_NOT_XML = re.compile(r"[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")

XML_LOSS = "Control characters in texts are left out, since XML cannot hold them."


def xml_text(value: Value) -> str:
    """Text of a value without what XML 1.0 forbids; escaping is the writer's."""
    return _NOT_XML.sub("", clean(text_of(value)))


def caption_of(table: Table, index: int) -> str:
    """What stands for a record in lists: its caption field, or its gem, or its uuid."""
    for name in (table.layer.caption, "gem", "uuid"):
        if name in table.columns and (text := xml_text(table.columns[name][index])):
            definition = table.field(name)
            return definition.vocabulary.english(text) if definition and definition.vocabulary else text
    return ""


def said_of(table: Table, index: int) -> list[tuple[str, str]]:
    """(field, text) of everything a record says, in order."""
    pairs = ((name, xml_text(table.columns[name][index])) for name in table.names)
    return [(name, text) for name, text in pairs if text]
