-- Uploads that wait for the head of their office, or that the head sent back. An upload of before
-- its office had to have them confirmed waits for nobody.
CREATE OR REPLACE VIEW awaiting_batch AS
WITH word AS (
    SELECT batch_id, arg_max(verdict, approval_no) AS verdict, arg_max(note, approval_no) AS note,
        arg_max(said_by, approval_no) AS said_by, arg_max(said_at, approval_no) AS said_at
    FROM approval GROUP BY batch_id
)
SELECT b.batch_id, b.imported_unit AS unit_code, coalesce(w.verdict, 'menunggu') AS standing,
    w.note, w.said_by, w.said_at
FROM import_batch b
JOIN approving_office o ON o.unit_code = b.imported_unit AND o.withdrawn_at IS NULL
    AND b.imported_at >= o.entered_at
LEFT JOIN word w USING (batch_id)
WHERE b.undone_at IS NULL AND w.verdict IS DISTINCT FROM 'sah';
