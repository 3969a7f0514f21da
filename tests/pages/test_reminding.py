"""Letters of reminder from the list of missing reports, under AppTest."""

import io
import zipfile

import pytest

from pages.kit import reminding
from sop_core import region
from sop_core.evaluation import Scope
from sop_core.reports import letters
from tests.builders import TODAY
from tests.pages.test_pages import button, demo, in_use, open_page, sign_in

pytestmark = pytest.mark.slow

__all__ = ["demo", "sign_in"]


def test_one_click_makes_a_letter_to_each_office_that_owes(demo, sign_in):
    open_page("nasional")
    store = in_use()
    scope = Scope(TODAY)
    office = next(
        a.code for a in letters.due_letters(store, scope) if a.code.startswith(("BPOM-", "BBPOM-"))
    )
    own = Scope(TODAY, units=region.coordinated(store, office, TODAY))
    due = [a.code for a in letters.due_letters(store, own)]
    sign_in("kepala_balai", office)
    app = open_page("nasional")
    button(app, f"Buat surat pengingat ({len(due)})").click().run()
    assert not app.exception
    assert f"Unduh {len(due)} surat" in [d.proto.label for d in app.get("download_button")]
    _, content, offices = app.session_state[reminding._MADE]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist() == [f"surat-pengingat-{code}.docx" for code in due]
    assert len(offices) == len(due)
