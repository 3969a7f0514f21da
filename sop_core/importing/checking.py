"""Rules that hold between rows, and between rows and the store.

Each check is one question in SQL. It reads the staged sheets and adds to the table
`problem` a row for each cell that keeps its row out; a row already refused is not
judged again, but by the rules on its own cells (``rules``). Run in order: later checks
trust what earlier ones let through.
"""

from __future__ import annotations

import datetime as dt

import duckdb
import pyarrow as pa

from sop_core import facts
from sop_core.access import Viewer
from sop_core.importing import authority, rules, step_letters
from sop_core.importing.contract import NO_WHEN_BLANK, SHEETS, Sheet
from sop_core.importing.limits import LISTED
from sop_core.importing.parsing import Parsed, Problem, ProblemCount
from sop_core.importing.raw import PART_ROWS, part_names
from sop_core.importing.reading import Book
from sop_core.importing.rules import Check
from sop_core.importing.temporary import make, make_views


def run(
    cursor: duckdb.DuckDBPyConnection, parsed: Parsed, today: dt.date, viewer: Viewer
) -> tuple[list[Problem], list[ProblemCount]]:
    """Stage the sheets as temporary tables and judge them.

    Returns the first LISTED problems in the order of sheets and rows, and all of them counted.
    """
    authority.admit(cursor, viewer, today)
    _stage(cursor, parsed, today)
    authority.check(cursor)
    # Before rows of one key are folded: A.1 and B.1 of a case have one.
    step_letters.contradictions(cursor, today)
    refuse(cursor)
    for given in parsed.sheets:
        duplicate_rows(cursor, given.sheet)
    refuse(cursor)
    for given in parsed.sheets:
        _complete(cursor, given.sheet, given.present, parsed.clears)
    tables = {p.sheet.table for p in parsed.sheets}
    found = _problems(cursor)
    for check, of in CHECKS.items():
        if not tables & set(of):  # a question about rows that are not there is still planned
            continue
        check(cursor, today)
        before, found = found, _problems(cursor)
        if found > before:
            refuse(cursor)
    if not _settle(cursor, today, found):
        return [], []
    return listed(cursor, "problem"), counted(cursor, "problem")


def _settle(cursor: duckdb.DuckDBPyConnection, today: dt.date, found: int) -> int:
    """The rules about rows of one case together: refusing one can expose the next.

    ``found`` is how many problems there are; returns how many there are afterwards.
    """
    while True:
        for check in TOGETHER:
            check(cursor, today)
        before, found = found, _problems(cursor)
        if found == before:
            return found
        refuse(cursor)
        for check in HANGING:
            check(cursor, today)
        found = _problems(cursor)
        refuse(cursor)


def listed(cursor: duckdb.DuckDBPyConnection, table: str) -> list[Problem]:
    """The first LISTED rows of ``problem`` or a table like it, by sheet and row."""
    rows = cursor.execute(
        f"FROM {table} ORDER BY list_position($order, sheet), row_no, column_name, rowid"
        " LIMIT $most",
        {"order": [s.name for s in SHEETS], "most": LISTED},
    ).fetchall()
    return [Problem(*row) for row in rows]


# A reason without its particulars: what follows a semicolon or stands in brackets, days, numbers.
KIND = r"""
regexp_replace(regexp_replace(regexp_replace(split_part(message, ';', 1),
    '\s*\([^)]*\)', '', 'g'), '\d+ [A-Z][a-z]+ \d{4}', '…', 'g'), '\d+', '…', 'g')
"""


def counted(cursor: duckdb.DuckDBPyConnection, table: str) -> list[ProblemCount]:
    """All rows of ``problem`` or a table like it, by sheet, column and kind of reason."""
    rows = cursor.execute(
        f"""
        SELECT sheet, column_name, kind, sum(n)::BIGINT AS n
        FROM (
            SELECT sheet, column_name, {KIND} AS kind, n
            FROM (SELECT sheet, column_name, message, count(*) AS n FROM {table} GROUP BY ALL)
        )
        GROUP BY sheet, column_name, kind
        ORDER BY list_position($order, any_value(sheet)), n DESC, column_name, kind
        """,  # noqa: S608 - our own expression
        {"order": [s.name for s in SHEETS]},
    ).fetchall()
    return [ProblemCount(*row) for row in rows]


def _problems(cursor: duckdb.DuckDBPyConnection) -> int:
    row = cursor.execute("SELECT count(*) FROM problem").fetchone()
    return int(row[0]) if row else 0


def _stage(cursor: duckdb.DuckDBPyConnection, parsed: Parsed, today: dt.date) -> None:
    # A view takes no parameters, and the server's own day is not Jakarta's.
    make(cursor, "import_day", "SELECT $today::DATE AS today", {"today": today})
    make(
        cursor,
        "problem",
        "SELECT '' AS sheet, 0 AS row_no, '' AS column_name, '' AS value, '' AS message LIMIT 0",
    )
    if parsed.faults:
        # 100,000 reasons go in at once; one by one it would take minutes.
        cursor.register("incoming", pa.concat_tables(parsed.faults))
        cursor.execute("INSERT INTO problem FROM incoming")
        cursor.unregister("incoming")
    make(cursor, "unread", "SELECT sheet, row_no, column_name FROM problem")
    given = {p.sheet.table: p for p in parsed.sheets}
    for sheet in SHEETS:
        table = sheet.table
        fields = ", ".join(c.field for c in sheet.columns)
        make(
            cursor,
            f"staged_{table}",
            f"SELECT 0 AS row_no, {fields}, false AS refused, false AS doubled FROM {table} LIMIT 0",  # noqa: S608 - our own names
        )
        if table in given:
            cursor.register("incoming", given[table].table)
            cursor.execute(
                f"INSERT INTO staged_{table} BY NAME"  # noqa: S608
                " SELECT *, false AS refused, false AS doubled FROM incoming"
            )
            cursor.unregister("incoming")
    letters = given.get("step_record")
    step_letters.stage(cursor, letters.written_steps if letters else None)
    _stage_parts(cursor, parsed)
    refuse(cursor)
    hold_stored(cursor)
    make_views(cursor)


def _stage_parts(cursor: duckdb.DuckDBPyConnection, parsed: Parsed) -> None:
    """The names of the tables of a sheet that comes from several, for reasons that name rows."""
    names = {raw.sheet.name: part_names(raw) for raw in parsed.book.sheets}
    names = {sheet: parts for sheet, parts in names.items() if any(parts)}
    make(
        cursor,
        "part",
        "SELECT unnest($sheets::VARCHAR[]) AS of_sheet, unnest($numbers::INTEGER[]) AS part_no,"
        " unnest($names::VARCHAR[]) AS part_name",
        {
            "sheets": [sheet for sheet, parts in names.items() for _ in parts],
            "numbers": [number for parts in names.values() for number, _ in enumerate(parts)],
            "names": [name for parts in names.values() for name in parts],
        },
    )


def hold_stored(cursor: duckdb.DuckDBPyConnection) -> None:
    """Pick out what is stored of the staged cases: half the checks ask for it, and each would
    look through every stored activity and step.
    """
    named = " UNION ".join(
        f"SELECT case_id FROM staged_{sheet.table}"  # noqa: S608 - our own tables
        for sheet in SHEETS
        if any(c.field == "case_id" for c in sheet.columns)
    )
    for held, stored in (("held_activity", "activity"), ("held_step", "step_record")):
        make(cursor, held, f"FROM {stored} SEMI JOIN ({named}) USING (case_id)")


def stage_nothing(cursor: duckdb.DuckDBPyConnection, today: dt.date) -> None:
    """The staged tables and their views, empty, for rows that come from elsewhere than a file."""
    _stage(cursor, Parsed(Book([], [], [], demo=False), []), today)


# Whose stored row a staged one may be completed from.
_OWN = {
    "activity": "t.unit_code IN (SELECT code FROM writable_unit)",
    "step_record": "t.case_id IN (SELECT case_id FROM known_case)",
    "facilitator": "t.unit_code IN (SELECT code FROM writable_unit)",
    "follow_up": "t.case_id IN (SELECT case_id FROM known_case)",
    "target": "t.unit_code IN (SELECT code FROM writable_unit)",
}


def _complete(
    cursor: duckdb.DuckDBPyConnection, sheet: Sheet, present: list[str], clears: bool
) -> None:
    """What a row does not say keeps what is stored: the checks look at the whole row.

    That is a column that the file lacks, and a blank cell, unless blanks clear. Rows that are
    refused already too: their other cells are still judged (rules.py).
    """
    # What is stored of the staged cases is picked out already.
    stored = {"activity": "held_activity", "step_record": "held_step"}.get(sheet.table, sheet.table)
    if not facts.holds(cursor, f"EXISTS (FROM {stored})"):
        _no_where_blank(cursor, sheet, present, "true")
        return
    free = [c.field for c in sheet.columns if c.field not in sheet.key]
    kept = [
        f"{f} = {f'coalesce(s.{f}, t.{f})' if f in present else f't.{f}'}"
        for f in free
        if f not in present or not clears
    ]
    mine = f"{_OWN[sheet.table]} AND {' AND '.join(f's.{k} = t.{k}' for k in sheet.key)}"
    if kept:
        cursor.execute(
            f"UPDATE staged_{sheet.table} AS s SET {', '.join(kept)}"  # noqa: S608
            f" FROM {stored} t WHERE {mine}"
        )
    _no_where_blank(
        cursor, sheet, present, "true" if clears else f"NOT EXISTS (FROM {stored} t WHERE {mine})"
    )


def _no_where_blank(
    cursor: duckdb.DuckDBPyConnection, sheet: Sheet, present: list[str], new: str
) -> None:
    """A mark that is not set is "tidak" in rows that are ``new``, a condition on the row ``s``."""
    for f in NO_WHEN_BLANK.intersection(present):
        cursor.execute(
            f"UPDATE staged_{sheet.table} AS s SET {f} = false"  # noqa: S608
            f" WHERE {f} IS NULL AND {new}"
        )


def refuse(cursor: duckdb.DuckDBPyConnection) -> None:
    """Mark the rows that have a problem."""
    said = {sheet for (sheet,) in cursor.execute("SELECT DISTINCT sheet FROM problem").fetchall()}
    for sheet in SHEETS:
        if sheet.name not in said:
            continue
        cursor.execute(
            f"UPDATE staged_{sheet.table} SET refused = true WHERE NOT refused AND row_no IN"  # noqa: S608
            " (SELECT row_no FROM problem WHERE sheet = $sheet)",
            {"sheet": sheet.name},
        )


# A row as a reason names it: its number, after the name of its table where a sheet has several.
_NAMED_ROW = f"coalesce(p.part_name || ' ', '') || ((row_no - 1) % {PART_ROWS} + 1)"


def duplicate_rows(cursor: duckdb.DuckDBPyConnection, sheet: Sheet) -> None:
    """Rows with one key: the same twice is folded into one, differing ones are refused."""
    key = ", ".join(sheet.key)
    fields = ", ".join(c.field for c in sheet.columns)
    # The rows of a key are listed only where there are several, which nearly no key has.
    make(
        cursor,
        "doubled_key",
        f"""
        WITH several AS MATERIALIZED (
            SELECT {key} FROM staged_{sheet.table} WHERE NOT refused
            GROUP BY {key} HAVING count(*) > 1
        )
        SELECT {key}, min(row_no) AS first_row,
            list({_NAMED_ROW} ORDER BY row_no) AS rows,
            count(DISTINCT hash({fields})) > 1 AS differ
        FROM staged_{sheet.table} SEMI JOIN several USING ({key})
        LEFT JOIN part p ON p.of_sheet = $sheet AND p.part_no = (row_no - 1) // {PART_ROWS}
        WHERE NOT refused
        GROUP BY {key}
        """,  # noqa: S608
        {"sheet": sheet.name},
    )
    cursor.execute(
        f"""
        INSERT INTO problem
        SELECT $sheet, s.row_no, $column, s.{sheet.key[-1]}::VARCHAR,
            'baris ' || array_to_string(d.rows[:5], ', ') || ' memuat '
            || $what || ' yang sama dengan isi berbeda; sisakan satu'
        FROM staged_{sheet.table} s JOIN doubled_key d USING ({key}) WHERE d.differ
        """,  # noqa: S608
        {
            "sheet": sheet.name,
            "column": sheet.column(sheet.key[-1]).name,
            "what": "langkah" if sheet.table == "step_record" else "data",
        },
    )
    cursor.execute(
        f"""
        UPDATE staged_{sheet.table} AS s SET doubled = true FROM doubled_key d
        WHERE NOT d.differ AND s.row_no <> d.first_row
            AND {" AND ".join(f"s.{k} = d.{k}" for k in sheet.key)}
        """  # noqa: S608
    )


def flow_changes(cursor: duckdb.DuckDBPyConnection, _: dt.date) -> None:
    """A stored activity keeps its flow while something hangs on it that belongs to that flow.

    Its steps would mean something else; people belong to flow D, follow-ups to the others (see
    ``case_of_wrong_flow``, which looks at the rows of the file alone).
    """
    cursor.execute(
        """
        INSERT INTO problem
        WITH moved AS MATERIALIZED (
            SELECT s.row_no, s.case_id, s.flow, a.flow AS flow_before, o.people, n.follow_ups
            FROM staged_activity s JOIN activity a USING (case_id)
            JOIN flow_trait o ON o.flow = a.flow
            JOIN flow_trait n ON n.flow = s.flow
            WHERE NOT s.refused AND s.flow <> a.flow
                AND a.unit_code IN (SELECT code FROM writable_unit)
        ), hung AS (
            SELECT case_id FROM step_record SEMI JOIN moved USING (case_id)
            UNION ALL
            SELECT case_id FROM facilitator SEMI JOIN (FROM moved WHERE people) USING (case_id)
            UNION ALL
            SELECT case_id FROM follow_up SEMI JOIN (FROM moved WHERE NOT follow_ups) USING (case_id)
        )
        SELECT 'Kegiatan', row_no, 'Alur', flow,
            'kegiatan ini sudah tercatat pada alur ' || flow_before || '; alur tidak dapat diganti'
        FROM moved SEMI JOIN hung USING (case_id)
        """
    )


def unknown_case(sheet: Sheet, cases: str = "known_case", stays: str = "false") -> Check:
    """A record whose case is neither in the store nor in this file, nor, alike, the uploader's.

    ``cases`` is the view of cases it may name, ``stays`` a condition on the row ``s`` under
    which it may name any.
    """

    missing = f"""
        SELECT row_no, case_id FROM staged_{sheet.table} s
        WHERE case_id IS NOT NULL
            AND case_id NOT IN (SELECT case_id FROM {cases}) AND NOT ({stays})
            -- A row that is refused is told this too, if nothing is said of its ID yet.
            AND (NOT refused OR row_no NOT IN (SELECT row_no FROM problem
                WHERE sheet = '{sheet.name}' AND column_name = 'ID Kegiatan'))
    """  # noqa: S608 - our own tables

    def check(cursor: duckdb.DuckDBPyConnection, _: dt.date) -> None:
        if not facts.holds(cursor, f"EXISTS ({missing})"):
            return  # else every stored ID would be held against none
        cursor.execute(
            f"""
            WITH missing AS ({missing}), wanted AS (SELECT DISTINCT case_id FROM missing)
            , named AS (
                SELECT w.case_id,
                    (SELECT arg_min({_NAMED_ROW}, row_no) FROM staged_activity a
                     LEFT JOIN part p
                        ON p.of_sheet = 'Kegiatan' AND p.part_no = (row_no - 1) // {PART_ROWS}
                     WHERE a.case_id = w.case_id AND a.refused) AS refused_row,
                    near.case_id AS near
                FROM wanted w LEFT JOIN (
                    -- Excel takes the noughts from an ID that looks like a number.
                    SELECT ltrim(case_id, '0') AS short, min(case_id) AS case_id FROM (
                        SELECT case_id FROM staged_activity WHERE NOT refused
                        UNION ALL SELECT case_id FROM activity
                        WHERE unit_code IN (SELECT code FROM writable_unit)
                    ) GROUP BY ALL
                ) near ON near.short = ltrim(w.case_id, '0')
            )
            INSERT INTO problem
            SELECT $sheet, m.row_no, 'ID Kegiatan', m.case_id,
                CASE WHEN n.refused_row IS NOT NULL
                    THEN 'kegiatannya ditolak (lembar Kegiatan baris ' || n.refused_row || ')'
                    WHEN EXISTS (FROM unit WHERE code NOT IN (SELECT code FROM writable_unit))
                    THEN 'kegiatan tidak ada di lembar Kegiatan maupun di antara kegiatan'
                        || ' yang menjadi kewenangan Anda'
                    ELSE 'kegiatan tidak ada di lembar Kegiatan maupun di basis data' END
                || coalesce('; mungkin maksud Anda ' || n.near || '?', '')
            FROM missing m JOIN named n USING (case_id)
            """,  # noqa: S608
            {"sheet": sheet.name},
        )

    return check


def case_revisions(cursor: duckdb.DuckDBPyConnection, _: dt.date) -> None:
    """The SOP revision that judges each touched case after the import; finds no problem itself.

    It is the one in force when the case starts (sql/case_views.sql).
    """
    make(
        cursor,
        "case_revision",
        """
        WITH first AS (
            SELECT case_id, min(coalesce(started, finished)) AS first_on
            FROM merged_step GROUP BY case_id
        ), start AS (
            SELECT k.case_id, k.flow, k.level,
                starts_on(k.level, k.year, p.quarter, f.first_on, coalesce(o.opens_on, c.opens_on))
                    AS starts_on
            FROM (
                -- Taken apart here: in the condition of the join it is asked for every pair.
                SELECT *, CASE WHEN level <> 'activity' THEN id_parts(case_id).tail END AS tail
                FROM known_case
            ) k JOIN first f USING (case_id)
            LEFT JOIN case_place p ON p.flow = k.flow AND p.tail = k.tail
            LEFT JOIN calendar_opening o ON o.level = k.level AND o.year = k.year
                AND o.quarter IS NOT DISTINCT FROM p.quarter
            LEFT JOIN sop_case c ON c.case_id = k.case_id AND c.level = 'national_cycle'
        )
        SELECT case_id, flow, level, r.revision,
            CASE WHEN (SELECT count(*) FROM sop_revision) > 1
                THEN ' pada SOP revisi ' || r.revision ELSE '' END AS said
        -- As revision_on says, which asks case by case.
        FROM start
        LEFT JOIN sop_revision r ON starts_on >= r.effective_from AND starts_on < r.effective_until
        """,
    )


def step_not_in_case(cursor: duckdb.DuckDBPyConnection, _: dt.date) -> None:
    """A step past the flow's last, or one of another level than the case."""
    cursor.execute(
        """
        INSERT INTO problem
        SELECT 'Langkah', s.row_no, 'No Langkah', s.step_no::VARCHAR,
            CASE
                WHEN s.step_no > l.last_no
                    THEN 'alur ' || c.flow || ' hanya sampai langkah ' || l.last_no || c.said
                ELSE 'langkah ' || c.flow || '.' || s.step_no || ' bukan bagian dari '
                    || CASE c.level WHEN 'activity' THEN 'kegiatan'
                        WHEN 'unit_year' THEN 'laporan tahunan unit' ELSE 'siklus nasional' END
                    || ' (langkah ' || l.level_first || '–' || l.level_last || ')' || c.said
            END
        FROM staged_step_record s
        JOIN case_revision c USING (case_id)
        JOIN (
            SELECT revision, flow, level,
                max(max(step_no)) OVER (PARTITION BY revision, flow) AS last_no,
                min(step_no) AS level_first, max(step_no) AS level_last
            FROM sop_step GROUP BY revision, flow, level
        ) l ON l.revision = c.revision AND l.flow = c.flow AND l.level = c.level
        WHERE NOT s.refused AND s.step_no NOT BETWEEN l.level_first AND l.level_last
        """
    )


def stored_step_without_place(cursor: duckdb.DuckDBPyConnection, _: dt.date) -> None:
    """New dates may bring a case under another revision; what is stored must have a place there."""
    if not facts.holds(cursor, "count(*) > 1 FROM sop_revision"):  # there is no other to come under
        return
    cursor.execute(
        f"""
        WITH displaced AS (
            SELECT m.case_id, c.revision, min(m.step_no) AS step_no, any_value(c.flow) AS flow
            FROM merged_step m
            JOIN case_revision c USING (case_id)
            JOIN sop_case s ON s.case_id = m.case_id AND s.revision <> c.revision
            LEFT JOIN ({facts.continued("sop_step", "sop_step")}) k
                ON k.old_revision = s.revision AND k.new_revision = c.revision
                AND k.flow = c.flow AND k.old_no = m.step_no
            WHERE m.row_no IS NULL AND k.new_no IS DISTINCT FROM m.step_no
            GROUP BY m.case_id, c.revision
        )
        INSERT INTO problem
        SELECT 'Langkah', s.row_no,
            CASE WHEN s.started IS NULL THEN 'Tanggal Selesai' ELSE 'Tanggal Mulai' END,
            coalesce(s.started, s.finished)::VARCHAR,
            'dengan tanggal ini kegiatan dinilai menurut SOP revisi ' || d.revision
            || '; di situ ' || d.flow || '.' || d.step_no
            || ', yang sudah tercatat, bukan langkah yang sama'
        FROM staged_step_record s JOIN displaced d USING (case_id) WHERE NOT s.refused
        """  # noqa: S608 - our own tables
    )


def skip_not_allowed(cursor: duckdb.DuckDBPyConnection, _: dt.date) -> None:
    """Only optional steps (D.4-D.6) may be skipped."""
    cursor.execute(
        """
        INSERT INTO problem
        SELECT 'Langkah', s.row_no, 'Dilewati', 'ya',
            'langkah ' || c.flow || '.' || s.step_no || ' wajib dan tidak boleh dilewati'
        FROM staged_step_record s
        JOIN case_revision c USING (case_id)
        WHERE NOT s.refused AND s.skipped AND NOT EXISTS (
            FROM sop_step o WHERE o.revision = c.revision AND o.flow = c.flow
                AND o.step_no = s.step_no AND o.optional)
        """
    )


def missing_requirement(cursor: duckdb.DuckDBPyConnection, _: dt.date) -> None:
    """D.5 needs the competence certificate of D.4, D.6 the application of D.5."""
    if not facts.holds(
        cursor,
        "EXISTS (FROM staged_step_record WHERE skipped) OR EXISTS (FROM held_step WHERE skipped)",
    ):
        return
    cursor.execute(
        """
        INSERT INTO problem
        SELECT 'Langkah', s.row_no, 'No Langkah', s.step_no::VARCHAR,
            'langkah ' || c.flow || '.' || s.step_no || ' mensyaratkan ' || c.flow || '.'
            || q.needed || ', yang dilewati'
        FROM staged_step_record s
        JOIN case_revision c USING (case_id)
        JOIN (SELECT revision, flow, step_no, unnest(requires) AS needed FROM sop_step) q
            ON q.revision = c.revision AND q.flow = c.flow AND q.step_no = s.step_no
        JOIN merged_step m ON m.case_id = s.case_id AND m.step_no = q.needed AND m.skipped
        WHERE NOT s.refused AND NOT coalesce(s.skipped, false)
            AND (s.started IS NOT NULL OR s.finished IS NOT NULL)
        """
    )


def case_of_wrong_flow(cursor: duckdb.DuckDBPyConnection, _: dt.date) -> None:
    """A facilitator belongs to a batch of flow D; follow-ups to flows A, B and C."""
    cursor.execute(
        """
        INSERT INTO problem
        SELECT 'Fasilitator', s.row_no, 'ID Kegiatan', s.case_id,
            'bukan angkatan fasilitator (alur ' || c.flow || ', seharusnya D)'
        FROM staged_facilitator s JOIN joinable_case c USING (case_id) JOIN flow_trait t USING (flow)
        WHERE NOT s.refused AND NOT t.people
        UNION ALL
        SELECT 'Tindak Lanjut', s.row_no, 'ID Kegiatan', s.case_id,
            'alur ' || c.flow || ' tidak menghasilkan rekomendasi tindak lanjut'
        FROM staged_follow_up s JOIN known_case c USING (case_id) JOIN flow_trait t USING (flow)
        WHERE NOT s.refused AND NOT t.follow_ups
        """
    )


def year_of_another_time(cursor: duckdb.DuckDBPyConnection, _: dt.date) -> None:
    """The first record of an activity lies in its Tahun or, planned ahead, in the year before.

    One row with a wrong Tahun would make every office owe a year of reports. Where the Kegiatan
    row is not in the file, its steps are held against the stored Tahun; one that is stored just
    as it is was let in before.
    """
    make(
        cursor,
        "first_record",
        "SELECT case_id, min(least(started, finished)) AS first_on FROM merged_step GROUP BY case_id",
    )
    years = """
        SELECT case_id, year FROM staged_activity WHERE NOT refused
        UNION ALL SELECT case_id, year FROM held_activity
    """
    if not facts.holds(
        cursor,
        f"EXISTS (FROM first_record JOIN ({years}) a USING (case_id)"
        " WHERE year(first_on) NOT BETWEEN a.year - 1 AND a.year)",
    ):
        return
    cursor.execute(
        """
        INSERT INTO problem
        SELECT 'Kegiatan', s.row_no, 'Tahun', s.year::VARCHAR,
            'catatan pertama kegiatan ini ' || tanggal(f.first_on) || ' menunjuk Tahun '
            || year(f.first_on) || ' (atau ' || year(f.first_on) + 1 || '), bukan ' || s.year
        FROM staged_activity s JOIN first_record f USING (case_id)
        WHERE NOT s.refused AND year(f.first_on) NOT BETWEEN s.year - 1 AND s.year
        UNION ALL
        SELECT 'Langkah', s.row_no,
            CASE WHEN s.started IS NULL THEN 'Tanggal Selesai' ELSE 'Tanggal Mulai' END,
            coalesce(least(s.started, s.finished)::VARCHAR, ''),
            coalesce('tanggal ini menunjuk Tahun ' || year(least(s.started, s.finished)),
                'tanpa tanggal ini catatan pertamanya menunjuk Tahun ' || year(f.first_on))
            || ', sedangkan kegiatannya tercatat pada Tahun ' || a.year
            || '; perbaiki tanggalnya, atau Tahun pada lembar Kegiatan'
        FROM staged_step_record s
        JOIN activity a USING (case_id)
        JOIN first_record f USING (case_id)
        ANTI JOIN (FROM staged_activity WHERE NOT refused) g ON g.case_id = s.case_id
        LEFT JOIN step_record r ON r.case_id = s.case_id AND r.step_no = s.step_no
        WHERE NOT s.refused
            AND (s.started, s.finished) IS DISTINCT FROM (r.started, r.finished)
            AND CASE
                WHEN year(f.first_on) < a.year - 1
                    THEN year(least(s.started, s.finished)) < a.year - 1
                -- A date that is cleared may have been the only one of the year.
                WHEN year(f.first_on) > a.year THEN coalesce(
                    year(least(s.started, s.finished)) > a.year,
                    least(r.started, r.finished) IS NOT NULL)
                ELSE false END
        """
    )


_STEP, _FACILITATOR, _FOLLOW_UP = SHEETS[1], SHEETS[2], SHEETS[3]
# Somebody whom another has put in a batch stays in it, whoever sends the rest of their row.
_STAYS_IN_BATCH = """
    EXISTS (FROM facilitator f WHERE f.facilitator_id = s.facilitator_id AND f.case_id = s.case_id
        AND f.unit_code IN (SELECT code FROM writable_unit))
"""
Tables = tuple[str, ...]
HANGING: dict[Check, Tables] = {
    unknown_case(_STEP): ("step_record",),
    unknown_case(_FACILITATOR, "joinable_case", _STAYS_IN_BATCH): ("facilitator",),
    unknown_case(_FOLLOW_UP): ("follow_up",),
}
"""Rows fall with the activity that they hang on."""
CHECKS: dict[Check, Tables] = {
    flow_changes: ("activity",),
    authority.taken_ids: ("activity", "facilitator"),
    rules.check(*rules.ACTIVITIES): ("activity",),
    **HANGING,
    case_revisions: tuple(s.table for s in SHEETS),  # judges none: what the others ask for
    step_not_in_case: ("step_record",),
    stored_step_without_place: ("step_record",),
    skip_not_allowed: ("step_record",),
    rules.check(*rules.STEPS): ("step_record",),
    # Looks at the other steps of a case: a row that breaks a rule is no ground against them.
    missing_requirement: ("step_record",),
    case_of_wrong_flow: ("facilitator", "follow_up"),
    rules.check(*rules.FACILITATORS): ("facilitator",),
    rules.check(*rules.FOLLOW_UPS): ("follow_up",),
}
"""Each with the tables of the sheets whose rows it judges, in the order in which they trust one
another. The rules on a sheet's own cells stand after the checks that judge only rows of which
nothing is said yet, and so hide none of what these say."""
TOGETHER: tuple[Check, ...] = (year_of_another_time,)
"""What the rows of one case come to together, among those that the CHECKS let in."""
