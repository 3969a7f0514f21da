"""To whom a case reports, and by what step it goes on, as its own SOP revision says."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sop_core import importing, products, region, years
from sop_core.importing import SourceFile
from sop_core.importing.contract import COMMODITIES
from sop_core.store import Store
from tests.builders import CERTIFYING, TODAY, load, workbook

pytestmark = pytest.mark.slow

D = dt.date
HEADINGS = {"Kegiatan": ["ID Kegiatan", "Alur", "Tahun", "Kode Unit", "Judul", "Bersama Pusat"]}
JOINT = "maka melaporkan kegiatannya ke Unit Kerja Pusat"


MARCH = D(2025, 3, 3)


def held(store: Store, *cases: list[Any], on: dt.date = MARCH) -> None:
    book = workbook(HEADINGS, Kegiatan=list(cases), Langkah=[[c[0], 1, on] for c in cases])
    result = importing.import_files(store, [SourceFile("a.xlsx", book)], "uji", today=TODAY)
    assert not result.rows.rejected, result.problems
    for flow, year in {(c[1], c[2]) for c in cases}:  # so few offices open no year by themselves
        years.open_year(store, flow, year, "uji")


def said(store: Store, case_id: str, as_of: dt.date = TODAY) -> list[tuple[str, str]]:
    head = region.case_head(store, case_id, as_of)
    assert head is not None
    return [(step, text) for step, text, _ in region.reporting_rules(store, head)]


@pytest.mark.parametrize(("flow", "step"), [("B", "B.7"), ("C", "C.5")])
def test_an_annual_report_goes_to_the_centre_where_some_activity_was_held_with_it(
    store: Store, flow, step
):
    held(
        store,
        ["K-1", flow, 2025, "BPOM-BGR", "Sendiri", "tidak"],
        ["K-2", flow, 2025, "BPOM-BGR", "Bersama", "ya"],
        ["K-3", flow, 2025, "BBPOM-PDG", "Sendiri", "tidak"],
        ["K-4", flow, 2026, "BPOM-BGR", "Sendiri", "tidak"],
    )
    told = said(store, f"{flow}-2025-BPOM-BGR")
    assert [s for s, text in told if JOINT in text] == [step]
    for other in (f"{flow}-2025-BBPOM-PDG", f"{flow}-2026-BPOM-BGR", f"{flow}-2025-NASIONAL"):
        assert not [text for _, text in said(store, other) if JOINT in text], other


def test_a_joint_activity_of_another_flow_or_still_to_come_says_nothing(store: Store):
    held(store, ["K-1", "B", 2025, "BPOM-BGR", "Bersama", "ya"], on=D(2025, 6, 2))
    held(store, ["K-2", "C", 2025, "BPOM-BGR", "Sendiri", "tidak"])
    assert not [text for _, text in said(store, "C-2025-BPOM-BGR") if JOINT in text]
    assert not [t for _, t in said(store, "B-2025-BPOM-BGR", D(2025, 6, 1)) if JOINT in t]
    assert [t for _, t in said(store, "B-2025-BPOM-BGR", D(2025, 6, 2)) if JOINT in t]


def test_training_without_certification_goes_on_to_monitoring(store: Store):
    load(
        store,
        Kegiatan=[["F-1", "D", 2025, "BPOM-BGR", "Angkatan 1"]],
        Langkah=[
            ["F-1", 3, D(2025, 3, 3), D(2025, 3, 7)],
            ["F-1", 4, D(2025, 5, 5), D(2025, 5, 9)],
        ],
    )
    led = [text for step, text in said(store, "F-1", D(2025, 5, 4)) if step == "D.3"]
    assert len(led) == 1
    assert led[0].endswith("→ D.7")
    assert not [t for _, t in said(store, "F-1", D(2025, 5, 5)) if "→ D.7" in t], (
        "certified by then"
    )


def test_certification_that_was_passed_by_is_none(store: Store):
    load(
        store,
        Kegiatan=[["F-1", "D", 2025, "BPOM-BGR", "Angkatan 1"]],
        Langkah=[["F-1", 3, D(2025, 3, 3), D(2025, 3, 7)],
                 ["F-1", 4, D(2025, 3, 10), None, None, "ya", "tidak dianggarkan"]],
    )  # fmt: skip
    assert [t for _, t in said(store, "F-1") if t.endswith("→ D.7")]


def test_a_batch_that_says_it_goes_on_to_certification_is_not_led_past_it(store: Store):
    load(
        store,
        CERTIFYING,
        Kegiatan=[["F-1", "D", 2025, "BPOM-BGR", "Angkatan 1", "ya"]],
        Langkah=[["F-1", 3, MARCH, D(2025, 3, 7)]],
    )
    assert not [t for _, t in said(store, "F-1") if t.endswith("→ D.7")]


B = {"Kegiatan": ["ID Kegiatan", "Alur", "Tahun", "Kode Unit", "Judul", "Komoditas", "Fungsi"]}
WAS_KOS, WAS_OTSK = "Direktorat Pengawasan Kosmetik", "Direktorat Pengawasan Obat Tradisional dan Suplemen Kesehatan"  # fmt: skip
WAS_PO, PMPU_PO = "Direktorat Pengawasan Produksi Pangan Olahan", "Direktorat Pemberdayaan Masyarakat dan Pelaku Usaha Pangan Olahan"  # fmt: skip
PMPU_OT = "Direktorat Pemberdayaan Masyarakat dan Pelaku Usaha Obat Tradisional, Suplemen Kesehatan dan Kosmetik"  # fmt: skip


@pytest.mark.parametrize(
    ("product", "function", "to"),
    [
        ("Kosmetik", "CAPA", {WAS_KOS}),
        ("Obat Tradisional", "CAPA", {WAS_OTSK}),
        ("SK", "CAPA", {WAS_OTSK}),
        ("Pangan Olahan", "CAPA", {WAS_PO}),
        ("Kosmetik", "fasilitator", {PMPU_OT}),
        ("jamu", "fasilitator", {PMPU_OT}),
        ("Pangan", "fasilitator", {PMPU_PO}),
        ("Kosmetik dan Pangan Olahan", "CAPA", {WAS_KOS, WAS_PO}),
        ("OT, SK & Kos", "CAPA", {WAS_OTSK, WAS_KOS}),
        ("Obat", "CAPA", set()),
        ("Kosmetik; Obat", "CAPA", {WAS_KOS}),
    ],
)  # fmt: skip
def test_the_report_of_a_guidance_goes_to_the_directorate_of_each_product(
    store: Store, product, function, to
):
    load(store, B, Kegiatan=[["K-1", "B", 2025, "BBPOM-PDG", "Pembinaan", product, function]],
         Langkah=[["K-1", 1, MARCH]])  # fmt: skip
    lines = [text for step, text in said(store, "K-1") if step == "B.4"]
    assert {text.partition(" → ")[2] for text in lines if " → " in text} == to
    silent = [text for text in lines if text == "SOP tidak menyebut tujuan bagi Obat."]
    assert len(silent) == ("Obat" in product.split("; "))
    assert len(lines) == len(to) + len(silent)


def test_what_is_left_blank_is_asked_for_and_not_guessed(store: Store):
    load(store, B, Kegiatan=[["K-1", "B", 2025, "BBPOM-PDG", "Pembinaan", "Kosmetik", None],
                             ["K-2", "B", 2025, "BBPOM-PDG", "Pembinaan", None, "CAPA"]],
         Langkah=[["K-1", 1, MARCH], ["K-2", 1, MARCH]])  # fmt: skip
    assert ("B.4", "Bergantung pada Fungsi (fasilitator atau CAPA), yang belum diisi.") in said(store, "K-1")  # fmt: skip
    assert [t for s, t in said(store, "K-1") if s == "B.5"] == [
        "Dilakukan oleh Dit. Was OT dan SK dan Dit. Was Kosmetik serta UPT BPOM pada wilayah kerjanya."
        f" → {WAS_KOS}, Balai Besar POM di Padang"
    ]
    assert {t for s, t in said(store, "K-2") if s in ("B.3", "B.4", "B.5")} == {"Bergantung pada Komoditas, yang belum diisi."}  # fmt: skip


@given(st.lists(st.sampled_from(list(COMMODITIES)), min_size=1, max_size=4, unique=True), st.sampled_from([", ", "; ", " dan ", "/", " & ", " serta "]))  # fmt: skip
def test_products_are_told_apart_however_they_are_joined(names, between):
    written = between.join(COMMODITIES[n][-1] if i % 2 else n for i, n in enumerate(names))
    assert products.named(written) == names
    assert products.named(f"  {written.upper()} ") == names


def test_a_word_that_is_no_product_stays_that_word():
    assert products.named("Kosmetik dan vape") == ["Kosmetik", "vape"]
    assert products.named("<b>vape</b> & lain") == ["<b>vape</b> & lain"], "told as it is written"
    assert products.named(None) == products.named("  ") == []
