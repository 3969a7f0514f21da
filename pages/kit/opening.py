"""Open data on Laporan: the tables of what is chosen, with their dictionary, as one zip."""

from __future__ import annotations

import io
from functools import partial

import streamlit as st

from pages.kit import handing, heading, words
from sop_core import opendata
from sop_core.evaluation import Scope
from sop_core.indonesian import format_date
from sop_core.store import Store


def offer(store: Store, scope: Scope) -> None:
    """The buttons, and what the tables hold; a zip is written once its button is pressed."""
    with st.expander("Data terbuka (CSV atau Parquet)", icon=":material/database:"):
        st.markdown(
            words.say(
                "Catatan {}, {}, per {}, untuk diolah sendiri atau bagi Satu"
                " Data: {} tabel dan kamus datanya dalam satu zip. Tanpa nama, nomor induk, dan"
                " nomor sertifikat orang.",
                heading.offices(store, scope),
                f"kegiatan tahun {scope.year}" if scope.year else "semua tahun kegiatan",
                format_date(scope.as_of),
                len(opendata.DATASETS),
            )
        )
        st.markdown(words.bullets([f"{d.name}: {d.about}" for d in opendata.DATASETS]))
        stem = words.text(opendata.stem(store, scope))
        with st.container(horizontal=True):
            for form, name in opendata.FORMS.items():
                handing.button(
                    words.say("Unduh {}", name),
                    partial(_written, store, scope, form),
                    f"{stem}-{form}.zip",
                    "application/zip",
                    key=f"data-terbuka-{form}",
                )


def _written(store: Store, scope: Scope, form: str) -> bytes:
    target = io.BytesIO()
    opendata.make(store, scope, target, form)
    return target.getvalue()
