-- What is said of every step of the touched cases, and on which days it is said.
--
-- A row holds for as-of dates from `holds_from` to the day before `holds_until`: what is said of
-- a day rests on nothing that happened after it. Two things make a second row for a step: a
-- recorded start, from which a norm `mulai` is counted once it has come (before it, from the
-- step before); and optional steps that were taken, each of which moves the day from which a
-- later step is owed, from its own first record on, or were given up where they had been promised.
--
-- `owed_on` is the finish of the step before it in the case, passing over optional steps that
-- are not taken (of one that was, no earlier than the finish of the last step that all take);
-- for a case's first step its opening, or its finish if it was done before that.
-- `counted_on` is day 0. A due date and the days used are two look-ups in calendar_day's running
-- working-day number and a subtraction. `said` below has the first day on which it is late.
DELETE FROM step_fact WHERE case_id IN (FROM touched_case);

INSERT INTO step_fact BY NAME
WITH grid AS (
    SELECT
        c.case_id, c.flow, c.level, c.year, c.quarter, c.unit_code, c.commodity, c.opens_on,
        c.revision, c.judged, coalesce(c.certification, false) AS certification,
        coalesce(c.revised_on, c.known_from) AS case_from,
        s.step_no, s.sla_days, s.deadline_day, s.optional, s.milestone,
        s.counted_from = 'mulai' AS by_start,
        r.started, r.finished, coalesce(r.skipped, false) AS skipped,
        coalesce(r.started, r.finished) AS recorded_on
    FROM sop_case c SEMI JOIN touched_case USING (case_id)
    JOIN sop_step s ON s.revision = c.revision AND s.flow = c.flow AND s.level = c.level
    LEFT JOIN step_record r ON r.case_id = c.case_id AND r.step_no = s.step_no
), chained AS (
    SELECT
        *,
        -- NULL: no step before; infinity: that step is not finished.
        last_value(CASE WHEN NOT optional THEN coalesce(finished, 'infinity'::DATE) END IGNORE NULLS)
            OVER before AS before_finish,
        last_value(CASE WHEN NOT optional THEN step_no END IGNORE NULLS) OVER before AS before_no,
        min(CASE WHEN NOT skipped THEN recorded_on END) OVER later AS later_on
    FROM grid
    WINDOW before AS (
        PARTITION BY case_id ORDER BY step_no ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ), later AS (
        PARTITION BY case_id ORDER BY step_no ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
    )
), passed AS (
    SELECT *, CASE WHEN skipped THEN coalesce(finished, started,
        least(CASE WHEN isfinite(before_finish) THEN before_finish END, later_on)) END AS passed_on
    FROM chained
), option AS (
    SELECT case_id, list({'no': step_no, 'on': recorded_on,
        'finished': coalesce(finished, 'infinity'::DATE)}) AS options
    FROM grid WHERE optional AND NOT skipped AND recorded_on IS NOT NULL GROUP BY case_id
), told AS (
    SELECT
        *,
        -- Optional steps since the last one that all take, known before this one was done.
        list_filter(options, lambda o: o.no > coalesce(before_no, 0) AND o.no < step_no
            AND (finished IS NULL OR o.on <= finished)) AS taken,
        -- A batch that goes on to certification owes the first optional step, and nothing after
        -- it until that is done, skipped, or passed by with a record of what comes after.
        certification AND step_no > before_no + 1 AS promised,
        CASE WHEN promised THEN least(waived_on, CASE WHEN NOT skipped THEN recorded_on END) END
            AS given_up_on,
        CASE
            WHEN before_finish IS NULL
                THEN CASE WHEN opens_on IS NOT NULL THEN least(opens_on, finished) END
            WHEN promised THEN 'infinity'::DATE
            ELSE before_finish
        END AS owed_at_first,
        by_start AND started IS NOT NULL AND NOT skipped AS from_start,
        -- Whether it is owed without a record of its own.
        NOT optional OR (certification AND step_no = before_no + 1) AS owes
    FROM passed LEFT JOIN option USING (case_id)
    LEFT JOIN (
        SELECT case_id, before_no, passed_on AS waived_on FROM passed
        WHERE optional AND certification AND step_no = before_no + 1
    ) USING (case_id, before_no)
), phase AS (
    -- Nothing optional was taken or given up before it: one row, and one more where the step was owed before
    -- its recorded start.
    SELECT * EXCLUDE (options, taken, owed_at_first, given_up_on), owed_at_first AS owed_on,
        CASE WHEN from_start AND owes AND owed_at_first < started THEN started ELSE case_from END
            AS holds_from,
        DATE '9999-12-31' AS holds_until, from_start AS counts_start
    FROM told
    WHERE coalesce(len(taken), 0) = 0 AND given_up_on IS NULL
    UNION ALL BY NAME
    SELECT * EXCLUDE (options, taken, owed_at_first, given_up_on), owed_at_first AS owed_on,
        case_from AS holds_from, started AS holds_until, false AS counts_start
    FROM told
    WHERE coalesce(len(taken), 0) = 0 AND given_up_on IS NULL
        AND from_start AND owes AND owed_at_first < started AND case_from < started
    UNION ALL BY NAME
    -- Else one from each day on which that, or the recorded start, became known.
    SELECT * EXCLUDE (options, taken, owed_at_first, given_up_on, day, until, last),
        CASE
            WHEN last IS NOT NULL THEN greatest(last.finished, before_finish)
            WHEN given_up_on <= day THEN before_finish
            ELSE owed_at_first
        END AS owed_on,
        day AS holds_from, until AS holds_until, from_start AND started <= day AS counts_start
    FROM (
        SELECT *,
            coalesce(lead(day) OVER (PARTITION BY case_id, step_no ORDER BY day), DATE '9999-12-31')
                AS until,
            list_sort(list_filter(taken, lambda o: o.on <= day), 'DESC')[1] AS last
        FROM (
            SELECT *, unnest(list_distinct(list_filter(
                list_concat([case_from], list_transform(taken, lambda o: o.on),
                    [given_up_on], CASE WHEN from_start THEN [started] ELSE [] END),
                lambda d: d >= case_from AND (NOT from_start OR d <= started)))) AS day
            FROM told WHERE len(taken) > 0 OR given_up_on IS NOT NULL
        )
    )
), counted AS (
    SELECT
        * EXCLUDE (owed_on),
        CASE WHEN isfinite(owed_on) THEN owed_on END AS owed_on,
        CASE WHEN NOT owes AND (skipped OR recorded_on IS NULL) THEN NULL
            WHEN counts_start THEN started WHEN isfinite(owed_on) THEN owed_on END AS counted_on,
        (make_date(year, coalesce(quarter, 1) * 3, 1) + INTERVAL 1 MONTH
            + to_days(deadline_day - 1))::DATE AS deadline_on
    FROM phase
), due AS (
    SELECT
        c.*, a.working_no AS counted_no, a.provisional_no AS counted_provisional_no,
        w.day AS norm_on, w.working_no AS norm_no,
        -- The day of the month binds where it comes first, unless it was over before it opened.
        coalesce(c.judged AND c.deadline_on >= c.counted_on AND c.deadline_on < w.day, false)
            AS by_deadline
    FROM counted c
    LEFT JOIN calendar_day a ON a.day = c.counted_on
    LEFT JOIN (SELECT day, working_no FROM calendar_day WHERE working) w
        ON w.working_no = CASE WHEN c.judged THEN a.working_no + c.sla_days END
), bound AS (
    SELECT
        d.*, f.working_no AS finish_no, b.working_no AS start_no, o.working_no AS owed_no,
        CASE WHEN by_deadline THEN deadline_on ELSE norm_on END AS due_on
    FROM due d
    LEFT JOIN calendar_day f ON f.day = d.finished
    LEFT JOIN calendar_day b ON b.day = d.started
    LEFT JOIN calendar_day o ON o.day = d.owed_on
), said AS (
    SELECT
        b.*, l.working_no AS due_no,
        -- The first day on which it is late: a norm in HK is over with the next working day, the
        -- day of a month with the next day, whatever day that is.
        CASE WHEN by_deadline THEN due_on + 1 ELSE l.next_working END AS late_on,
        coalesce(l.provisional_no > b.counted_provisional_no, false) AS provisional,
        CASE WHEN NOT skipped THEN finished END AS finish_on,
        CASE
            WHEN owes THEN least(counted_on, CASE WHEN NOT skipped THEN started END)
            WHEN NOT skipped THEN recorded_on END AS begun_on
    FROM bound b LEFT JOIN calendar_day l ON l.day = b.due_on
), overdue AS (
    SELECT
        *,
        CASE WHEN late_on IS NOT NULL THEN greatest(late_on, counted_on, begun_on, holds_from) END
            AS overdue_since,
        least(finish_on, passed_on, holds_until) AS overdue_until
    FROM said
)
SELECT
    case_id, flow, step_no, holds_from, holds_until, level, year, unit_code, commodity, revision,
    milestone, sla_days, optional, coalesce(recorded_on, passed_on) AS recorded_on, begun_on,
    CASE WHEN NOT skipped THEN started END AS start_on, CASE WHEN NOT skipped THEN start_no END
        AS start_no,
    owed_on, owed_no, counted_on, counted_no,
    CASE WHEN counted_on IS NULL THEN NULL WHEN counts_start THEN 'tercatat'
        WHEN before_finish IS NULL THEN 'pembukaan' ELSE 'langkah_sebelumnya' END AS count_rule,
    due_on, due_no,
    CASE WHEN due_on IS NOT NULL THEN CASE WHEN by_deadline THEN 'tanggal' ELSE 'hari_kerja' END END
        AS due_rule,
    provisional, finish_on, CASE WHEN NOT skipped THEN finish_no END AS finish_no,
    coalesce(finish_on >= late_on, false) AS finished_late,
    CASE WHEN overdue_until > overdue_since THEN overdue_since END AS overdue_from,
    CASE WHEN overdue_until > overdue_since THEN overdue_until END AS overdue_until,
    passed_on, CASE WHEN optional THEN later_on END AS bypassed_on
FROM overdue
-- Rows that are counted together lie together: the national rollup takes a quarter less.
ORDER BY flow, step_no, unit_code;

-- Until it is known under which revision a case starts, it shows the steps of the one before.
INSERT INTO step_fact BY NAME
SELECT c.case_id, c.flow, s.step_no, c.known_from AS holds_from, c.revised_on AS holds_until,
    c.level, c.year, c.unit_code, c.commodity, s.revision, s.milestone, s.sla_days, s.optional,
    false AS provisional, false AS finished_late
FROM sop_case c SEMI JOIN touched_case USING (case_id)
JOIN sop_step s ON s.revision = c.revision_before AND s.flow = c.flow AND s.level = c.level
WHERE c.revised_on > c.known_from;
