"""Reports of hostile texts: written in every form, with nothing made of them."""

import datetime as dt
import re

import openpyxl
import pytest

from sop_core.exporting import Table
from sop_core.reports import drawing, excel, pdf
from sop_core.reports.model import Chart, Report, Section
from tests.foreign.payloads import TEXTS

MORE = ["$\\frac{$ dan $x$", "a\x01b\x0bc", "\ufffe", "kata " * 4000, "x" * 3000, "<para><img src='http://jahat.example/a.png'/></para>"]  # fmt: skip


def report_of(text: str) -> Report:
    table = Table("Tabel", ["Judul", "Angka"], [[text, 1], ["biasa", 2]])
    chart = Chart("stacked", text[:80], [text[:80], "biasa"], [("Orang", "#112233", [1.0, 2.0])])
    section = Section(text, [text], table, chart)
    return Report(text, text, dt.date(2026, 1, 1), [("Unit", text)], [text], [section], [text], False)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("text", [*TEXTS[::4], *MORE])
def test_pdf_has_no_link_and_no_picture_but_the_chart(text):
    content = pdf.write(report_of(text))
    assert not re.search(rb"/URI|/Annots|/JavaScript|/Launch", content)
    assert len(set(re.findall(rb"/Subtype /Image", content))) == 1
    assert content.count(b"/Subtype /Image") == 2, "the chart and its mask"


@pytest.mark.parametrize("text", [*TEXTS[::4], *MORE])
def test_excel_has_text_alone(text, tmp_path):
    path = tmp_path / "laporan.xlsx"
    path.write_bytes(excel.write(report_of(text)))
    for sheet in openpyxl.load_workbook(path):
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                assert cell.hyperlink is None


@pytest.mark.parametrize("text", ["$\\frac{$", "$x^2$", "$\\unknown$", "\\$5 dan \\$6"])
def test_a_chart_draws_dollars_as_dollars(text):
    """A wrong formula was no report at all; a right one was drawn as mathematics."""

    def chart(name: str) -> bytes:
        return drawing.png(Chart("lines", "Uji", [name, "b"], [(name, "#112233", [1.0, 2.0]), ("c", "#332211", [2.0, 1.0])]))  # fmt: skip

    assert chart(text) != chart(text.replace("$", "")), "the dollars show"
