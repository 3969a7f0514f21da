# ruff: noqa: S608 - our own tables
"""Who may see and do what: roles, and the one place where rows are limited.

A reader with limits gets database connections of their own, on which every table is
covered by a temporary view that holds only what they may see. A query cannot go round
it, whoever wrote the query: macros and views resolve to the covers too. A table that
nobody has decided about is covered by an empty view.

Personal data (a facilitator's name) is shown to roles that need it (UU 27/2022).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sop_core.units import UPT_KINDS

SYSTEM = "sistem"
"""Whoever runs commands on the machine that holds the file: no limits."""
DEMO = "demo"
"""Anyone, while there are no accounts: everything, but on demo data alone."""
PENDING = "kata_sandi_awal"
"""Somebody who signed in with a password that another person chose, until they change it."""

# What a role sees of the records.
NATION = "nasional"
OFFICE_WITH_LOKAS = "unit beserta Loka"
OFFICE = "unit"
NOTHING = "tidak ada"
# Whose rows it uploads.
OF_ALL = "semua"
OF_THE_CENTRE = "pusat dan nasional"
OF_THE_NATION = "siklus nasional"
OF_THE_OFFICE = "unit sendiri"
OF_NOBODY = "tidak ada"

_RECORDS = {
    "nasional", "wilayah", "terlambat", "fasilitator", "tindak_lanjut", "rekomendasi", "laporan",
    "sop", "kalender",
}  # fmt: skip
_OWN = {"akun"}
_ENTRY = {"unggah", "catat"}
"""Pages on which records come in."""


@dataclass(frozen=True)
class Role:
    """What somebody may, as far as it is decided; what is not decided is not allowed.

    ``sees`` is NATION, OFFICE_WITH_LOKAS, OFFICE or NOTHING, and ``names`` whether facilitators'
    names are shown with it. ``of`` are the kinds of office, as in the register, of which the
    person must be one; none for a role without an office. ``uploads`` is whose rows it may
    upload, OF_NOBODY for none. ``people``: accounts and the audit are shown. ``pages`` are
    files of pages/, and ``lands`` the one of them where the person begins; where nothing is
    decided, that page refuses.
    """

    label: str
    sees: str = NOTHING
    names: bool = False
    of: tuple[str, ...] = ()
    uploads: str = OF_NOBODY
    people: bool = False
    actions: frozenset[str] = frozenset()
    pages: frozenset[str] = frozenset()
    lands: str = "nasional"


def _role(label: str, actions: str, pages: set[str], **decided: Any) -> Role:
    return Role(label, actions=frozenset(actions.split()), pages=frozenset(pages), **decided)


GIVEN = {
    "pimpinan": _role(
        # The one row of theirs is the step that their disposisi is; files they upload none.
        "Pimpinan", "disposisi arahan catatan sandi", _RECORDS | _OWN, sees=NATION, uploads=OF_THE_NATION,
    ),
    "kepala_balai": _role(
        "Kepala Balai", "pengesahan hambatan catatan ekspor_nama sandi", _RECORDS | _OWN,
        sees=OFFICE_WITH_LOKAS, names=True, of=UPT_KINDS, lands="wilayah",
    ),
    "data_staf": _role(
        "Staf data", "impor batal_impor pernyataan pemetaan bukti hambatan catatan ekspor_nama sandi", _RECORDS | _OWN | _ENTRY,
        sees=OFFICE, names=True, of=UPT_KINDS, uploads=OF_THE_OFFICE, lands="unggah",
    ),
    "pusat": _role(
        "Unit Kerja Pusat", "impor batal_impor pernyataan pemetaan bukti aturan_pengesahan kalender sop tahun templat hambatan alasan_hambatan catatan ekspor_nama sandi",
        _RECORDS | _OWN | _ENTRY,
        sees=NATION, names=True, of=("pusat",), uploads=OF_THE_CENTRE,
    ),
    "admin": _role(
        "Administrator", "pengguna templat sandi", {"administrasi"} | _OWN,
        people=True, lands="administrasi",
    ),
}  # fmt: skip
"""Roles that people are given, by the word that the store keeps."""
TABLE = {
    **GIVEN,
    PENDING: _role("Kata sandi awal", "sandi", _OWN, lands="akun"),
    DEMO: _role(
        "Pengunjung demo", "impor batal_impor pernyataan bukti disposisi arahan kalender sop tahun hambatan alasan_hambatan catatan ekspor_nama",
        _RECORDS | _ENTRY, sees=NATION, names=True, uploads=OF_ALL,
    ),
    SYSTEM: Role("Operator", NATION, names=True, uploads=OF_ALL, people=True),
}  # fmt: skip
"""Every role there is; SYSTEM may every action beside."""
_UNDECIDED = Role("-")

ROLES = {name: role.label for name, role in TABLE.items() if name not in (DEMO, SYSTEM)}
"""Labels of those who have an account; ``GIVEN`` are the roles to choose from."""
ACTION_NAMES = {
    "impor": "mengunggah data",
    "batal_impor": "membatalkan unggahan",
    "disposisi": "memberi disposisi",
    "arahan": "memberi arahan atas rekap",
    "pernyataan": "menyatakan data lengkap",
    "pengesahan": "mengesahkan unggahan",
    "aturan_pengesahan": "mengatur pengesahan unggahan",
    "bukti": "menambah atau menarik bukti",
    "pemetaan": "menyimpan pemetaan kolom",
    "kalender": "mengubah kalender",
    "tahun": "membuka tahun alur",
    "sop": "mengubah revisi SOP",
    "hambatan": "mencatat hambatan dan rencana",
    "alasan_hambatan": "mengubah daftar alasan hambatan",
    "catatan": "menulis catatan kasus",
    "templat": "mengelola templat laporan",
    "pengguna": "mengelola pengguna",
    "sandi": "mengganti kata sandi sendiri",
    "ekspor_nama": "mengekspor nama",
    "pemeliharaan": "menyalin atau memeriksa basis data",
    "masuk": "masuk",
    "keluar": "keluar",
    "akses": "membuka data",
}
"""What changes or gives away something, and what is kept besides."""
_NO_ACTIONS = {"masuk", "keluar", "akses"}
ACTIONS = {
    action: {name for name, role in TABLE.items() if action in role.actions}
    for action in ACTION_NAMES if action not in _NO_ACTIONS
}  # fmt: skip
"""Which roles may what; SYSTEM may everything."""


def decided(role: str) -> Role:
    """What is decided of a role; nothing at all of one that is not in the table."""
    return TABLE.get(role, _UNDECIDED)


HIDDEN_NAME = "(nama tidak ditampilkan)"


@dataclass(frozen=True)
class Viewer:
    """Who reads or writes.

    ``unit`` is the office they belong to, ``units`` the codes whose rows they see (None:
    all, and none for a role of which it is not decided that it sees the nation). The
    national cycle's rows are everyone's who sees any.
    """

    login: str
    name: str
    role: str
    unit: str | None = None
    units: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if self.units is None and decided(self.role).sees != NATION:
            object.__setattr__(self, "units", ())

    def may(self, action: str) -> bool:
        """Whether the role allows an action (see ACTIONS). Raises KeyError for an unknown one."""
        if action not in ACTIONS:
            raise KeyError(action)
        return self.role == SYSTEM or action in decided(self.role).actions

    @property
    def sees_names(self) -> bool:
        """Whether facilitators' names are shown."""
        return decided(self.role).names

    @property
    def unlimited(self) -> bool:
        """Whether no table needs a cover."""
        return self.role == SYSTEM

    def sees(self, unit: str) -> bool:
        """Whether rows of an office are in scope."""
        return self.units is None or unit in self.units

    def uploads_for(self, unit: str, kind: str) -> bool:
        """Whether rows of an office may be uploaded; ``kind`` as in the register."""
        uploads = decided(self.role).uploads
        if uploads == OF_THE_CENTRE:
            return kind in ("pusat", "nasional")
        if uploads == OF_THE_NATION:
            return kind == "nasional"
        if uploads == OF_THE_OFFICE:
            return unit == self.unit
        return uploads == OF_ALL

    def may_undo(self, login: str | None, unit: str | None) -> bool:
        """Whether an upload by that person, of that office, may be undone.

        It is the office's: who has moved to another leaves it behind. One of no office is
        the person's own.
        """
        if self.role in (SYSTEM, DEMO):
            return True
        return unit == self.unit and (unit is not None or login == self.login)


OPERATOR = Viewer(SYSTEM, "Operator", SYSTEM)
VISITOR = Viewer(DEMO, "Pengunjung demo", DEMO)


def stranger(login: str) -> Viewer:
    """Somebody who is not signed in, by the name they gave: sees and may nothing."""
    return Viewer(login or "-", "-", "-", units=())


PUBLIC = {
    "calendar_day", "calendar_override", "flow_trait", "flow_year", "opened_year", "sop_document", "sop_revision", "sop_step", "meta",
    "schema_version", "report_template", "hindrance_reason",
}  # fmt: skip
"""Reference tables that everyone reads whole."""

_MINE = "(SELECT code FROM viewer_unit)"
_BY_UNIT = f"SELECT * FROM {{base}}.{{table}} WHERE unit_code IN {_MINE}"
_COVERS = {
    "unit": f"SELECT * FROM {{base}}.unit WHERE code IN {_MINE}",
    "activity": _BY_UNIT,
    "target": _BY_UNIT,
    "office_statement": _BY_UNIT,
    "approving_office": _BY_UNIT,
    "evidence": _BY_UNIT,
    "step_fact": _BY_UNIT,
    "disposition": _BY_UNIT,
    "facilitator": _BY_UNIT,
    # An office answers for follow-ups of activities that another office held.
    "sop_case": f"""
        SELECT * FROM {{base}}.sop_case WHERE unit_code IN {_MINE}
            OR case_id IN (SELECT case_id FROM {{base}}.follow_up WHERE unit_code IN {_MINE})
    """,
    "follow_up": f"""
        SELECT f.* FROM {{base}}.follow_up f JOIN {{base}}.sop_case c USING (case_id)
        WHERE coalesce(f.unit_code, c.unit_code) IN {_MINE}
    """,
    "step_record": f"""
        SELECT r.* FROM {{base}}.step_record r
        WHERE case_id IN (SELECT case_id FROM {{base}}.sop_case WHERE unit_code IN {_MINE})
    """,
    # What is said of a case is its office's; of a case that moved, or whose id another office
    # took after an undo, another office reads nothing that was said before.
    **dict.fromkeys(
        ("hindrance", "case_remark"),
        f"""
        SELECT * FROM {{base}}.{{table}} WHERE unit_code IN {_MINE}
            AND case_id IN (SELECT case_id FROM {{base}}.sop_case WHERE unit_code IN {_MINE})
    """,
    ),
    "import_batch": f"""
        SELECT * FROM {{base}}.import_batch WHERE imported_unit IN {_MINE}
            OR batch_id IN (SELECT batch_id FROM activity UNION SELECT batch_id FROM step_record)
    """,
    # Who sees a batch through one of its rows sees its name, not the other rows in it.
    "import_file": f"""
        SELECT f.* REPLACE (CASE WHEN b.imported_unit IN {_MINE} THEN f.content END AS content,
            CASE WHEN b.imported_unit IN {_MINE} THEN f.size END AS size)
        FROM {{base}}.import_file f JOIN import_batch b USING (batch_id)
    """,
    "import_rejection": f"""
        SELECT r.* FROM {{base}}.import_rejection r JOIN {{base}}.import_batch b USING (batch_id)
        WHERE b.imported_unit IN {_MINE}
    """,
    "approval": f"""
        SELECT e.* FROM {{base}}.approval e JOIN {{base}}.import_batch b USING (batch_id)
        WHERE b.imported_unit IN {_MINE}
    """,
    "import_part": "SELECT p.* FROM {base}.import_part p SEMI JOIN import_batch b USING (batch_id)",
    "import_warning": f"""
        SELECT w.* FROM {{base}}.import_warning w JOIN {{base}}.import_batch b USING (batch_id)
        WHERE b.imported_unit IN {_MINE}
    """,
}
# Of the viewer's own office alone, whatever else they see: how it keeps its tables is its affair.
_OWN_COVERS = {
    "kept_mapping": "SELECT * FROM {base}.{table} WHERE unit_code = {own}",
}
# Where names stand besides the table of people: in uploaded files, refused cells and evidence.
_WITHOUT_NAMES = {
    "facilitator": f"SELECT * REPLACE ('{HIDDEN_NAME}' AS name) FROM ({{inner}})",
    "import_file": "SELECT * REPLACE (NULL::BLOB AS content, NULL::BIGINT AS size) FROM ({inner})",
    "import_rejection": "SELECT * REPLACE ('' AS value) FROM ({inner})",
    "import_warning": "SELECT * REPLACE ('' AS value) FROM ({inner})",
    "evidence": "SELECT * REPLACE ('' AS name, '' AS note, NULL::VARCHAR AS link, NULL::VARCHAR AS sha256)"
    " FROM ({inner})",
}
_EMPTY = "SELECT * FROM {base}.{table} WHERE false"
_ACCOUNTS = {
    "app_user": "SELECT * REPLACE (password_hash IS NOT NULL AS password_hash) FROM {base}.app_user",
    "audit": "SELECT * FROM {base}.audit",
    "sign_in": "SELECT * REPLACE ('' AS token_hash) FROM {base}.sign_in",
    "sign_in_refusal": "SELECT * FROM {base}.sign_in_refusal",
}


def covers(viewer: Viewer, base: str, tables: list[str]) -> list[str]:
    """Statements that limit one connection to what a viewer sees.

    ``base`` is the qualified schema of the real tables. ``viewer_unit`` must be there.
    """
    statements = []
    # Batches are judged by the rows that are seen, so these come first.
    for table in sorted(tables, key=lambda t: (t.startswith("import_"), t)):
        if table in PUBLIC:
            continue
        inner = _cover(viewer, table).format(base=base, table=table, own=_own(viewer))
        statements.append(f'CREATE TEMP VIEW "{table}" AS {inner}')
    # Every office's name is public; what it did is not.
    statements.append(f"CREATE TEMP VIEW register AS SELECT * FROM {base}.unit")
    return statements


def _cover(viewer: Viewer, table: str) -> str:
    if table in _ACCOUNTS:
        return _ACCOUNTS[table] if decided(viewer.role).people else _EMPTY
    if table in _OWN_COVERS:
        return _OWN_COVERS[table] if decided(viewer.role).sees != NOTHING else _EMPTY
    if table not in _COVERS:
        return _EMPTY
    inner = "SELECT * FROM {base}.{table}" if viewer.units is None else _COVERS[table]
    if table in _WITHOUT_NAMES and not viewer.sees_names:
        return _WITHOUT_NAMES[table].replace("{inner}", inner)
    return inner


def _own(viewer: Viewer) -> str:
    """SQL for the viewer's office; a view takes no parameters."""
    return "NULL" if viewer.unit is None else "'" + viewer.unit.replace("'", "''") + "'"
