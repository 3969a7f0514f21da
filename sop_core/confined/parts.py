"""A part of a zip as XML, and the name of a column as a number."""

from __future__ import annotations

import zipfile
from typing import Any
from xml.parsers import expat

CHUNK = 1 << 20
"""Bytes that are looked at together."""


def parse(archive: zipfile.ZipFile, path: str, start: Any, end: Any, text: Any = None) -> None:
    """Go through a part of the zip. Raises ExpatError, and ValueError where it declares entities."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse_doctype
    parser.StartElementHandler, parser.EndElementHandler = start, end
    if text is not None:
        parser.CharacterDataHandler = text
    with archive.open(path) as stream:
        while part := stream.read(CHUNK):
            parser.Parse(part, False)
    parser.Parse(b"", True)


def refuse_doctype(*_: object) -> None:
    """No spreadsheet declares entities. Raises ValueError."""
    raise ValueError("DOCTYPE")


def column_number(letters: str) -> int:
    """``A`` is 0, ``Z`` 25, ``AA`` 26."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
