"""One store a process, whoever asks for it and whatever a browser clears."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import streamlit as st

from sop_core import process
from sop_core.store import Store, Trace


@pytest.fixture(autouse=True)
def fresh():
    process.close_all()
    yield
    process.close_all()


def test_all_who_ask_at_once_get_the_same_store(tmp_path: Path):
    path = tmp_path / "a.duckdb"
    with ThreadPoolExecutor(16) as threads:
        stores = set(threads.map(lambda _: id(process.store_at(path)), range(64)))
    assert len(stores) == 1


def test_clearing_streamlits_caches_opens_no_second_one(tmp_path: Path):
    path = tmp_path / "a.duckdb"
    first = process.store_at(path)
    st.cache_resource.clear()
    st.cache_data.clear()
    second = process.store_at(path)
    assert second is first

    def write(store: Store) -> None:
        with store.write(Trace("kalender", "uji")) as cursor:
            cursor.execute(
                "UPDATE meta SET value = (value::INTEGER + 1)::VARCHAR WHERE key = 'data_version'"
            )

    before = first.version
    with ThreadPoolExecutor(6) as threads:
        list(threads.map(write, [first, second] * 3))
    assert first.version == before + 6
