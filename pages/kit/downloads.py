"""Buttons that hand out a report in each of its formats."""

from __future__ import annotations

from functools import partial

import streamlit as st

from pages.kit import handing, words
from sop_core import reports
from sop_core.reports import Report, Request
from sop_core.store import Store

MIME = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}


def of_request(store: Store, asked: Request) -> None:
    """Buttons that write the report only once they are pressed."""
    stem = f"{asked.kind}-{asked.unit or 'nasional'}-{asked.year}-{asked.quarter or ''}".strip("-")
    stem = f"{'demo-' if store.has_demo_data else ''}{stem}-{asked.as_of:%Y-%m-%d}"
    with st.container(horizontal=True):
        for suffix, name in reports.FORMATS.items():
            handing.button(
                words.text(name),
                partial(_written, store, asked, suffix),
                f"{stem}.{suffix}",
                MIME[suffix],
                key=f"laporan-{asked.kind}-{suffix}",
            )


def _written(store: Store, asked: Request, suffix: str) -> bytes:
    return reports.write(reports.build(store, asked), suffix)


def of_files(report: Report, files: dict[str, bytes]) -> None:
    """Buttons for files that are written already."""
    with st.container(horizontal=True):
        for suffix, content in files.items():
            handing.button(
                words.say("Unduh {}", reports.FORMATS[suffix]),
                partial(bytes, content),
                f"{report.stem}.{suffix}",
                MIME[suffix],
                key=f"berkas-{suffix}",
            )
