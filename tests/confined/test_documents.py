"""What a document is, told by its content, in the process where it may do no harm."""

import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sop_core import confined
from sop_core.confined import documents
from sop_core.errors import Refused
from sop_core.evidence import keeping
from tests.evidence.papers import BAD, CATALOG, GOOD, PAGE, PAGES, picture, raw_pdf

pytestmark = pytest.mark.slow


def look(content: bytes) -> str:
    return confined.run("sop_core.confined.documents", ["contoh.dat", content], keeping.JOB)


def told(content: bytes) -> str:
    try:
        return documents.look("contoh", content)
    except Refused as error:
        return "refused by name" if "contoh" in str(error) else str(error)


@pytest.mark.parametrize("kind", GOOD)
def test_a_document_is_what_its_content_says(kind):
    content, expected = GOOD[kind]
    assert look(content) == expected


@pytest.mark.parametrize("kind", BAD)
def test_what_is_none_or_does_more_is_refused_in_words(kind):
    content, said = BAD[kind]
    with pytest.raises(Refused, match=said):
        look(content)


def test_a_picture_as_large_as_is_allowed_fits_into_the_process():
    side = 7_700
    content = picture("JPEG", size=(side, side), progressive=True, quality=30)
    assert side * side <= documents.MOST_PIXELS
    assert look(content) == "jpg"


def test_a_pdf_whose_packed_objects_never_end_is_stopped():
    packed = zlib.compress(bytes(documents.MOST_UNPACKED + 1))
    stream = (
        b"<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream"
    )
    content = raw_pdf(CATALOG % b"", PAGES, PAGE, stream % (len(packed), packed))
    with pytest.raises(Refused, match="terlalu besar"):
        look(content)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from([c for c, _ in GOOD.values()]), st.data())
def test_a_document_with_wrong_bytes_is_one_or_is_refused(content, data):
    """Never a fault of the job: every way in which a library breaks off is a refusal."""
    broken = bytearray(content)
    for _ in range(data.draw(st.integers(1, 6))):
        broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(broken)))
    for one in (bytes(broken), bytes(broken[:cut])):
        assert told(one) in ("pdf", "jpg", "png", "refused by name")
