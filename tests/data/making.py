"""Files made for the tests."""

import csv
import io
import zipfile

import openpyxl

from core.data.limits import Limits
from core.data.reader.child import read
from core.data.table import Reading

LIMITS = Limits()


def here(content, **reading):
    """What the reader makes of a file, in this process: the child process has tests of its own."""
    if isinstance(content, str):
        content = content.encode()
    return read(content, Reading(**reading), LIMITS)


def cells(answer):
    """The columns as lists, by name."""
    return {name: column.to_pylist() for name, column in zip(answer.names, answer.columns, strict=True)}


def said(answer, *words):
    """The notes that hold all of some words."""
    return [note for note in answer.notes if all(word in note.what for word in words)]


def delimited(rows, delimiter=",", encoding="utf-8"):
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode(encoding)


def workbook(**sheets):
    """An XLSX of sheets of rows."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    return saved(book)


def saved(book):
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def zipped(**members):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(
                zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED
            )  # of no time: tests go by their bytes
    return target.getvalue()
