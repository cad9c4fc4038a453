-- setlist: no-transaction
-- Expand 3 of 6: old rows, a thousand at a time. Each group is a transaction of its own, which locks its rows for milliseconds. After an
-- interruption, the next start goes on with the rows that have no value.
DO $$
DECLARE
  first_ integer := 0;
BEGIN
  LOOP
    SELECT min(id) INTO first_ FROM songs WHERE id > first_ AND era IS NULL;
    EXIT WHEN first_ IS NULL;
    UPDATE songs SET era = CASE WHEN year IS NULL THEN 'unknown' WHEN year < 2000 THEN 'old' ELSE 'new' END
    WHERE id >= first_ AND id < first_ + 1000 AND era IS NULL;
    COMMIT;
    -- Time for the other statements, and for the events: the update of a row is one.
    PERFORM pg_sleep(0.05);
  END LOOP;
END $$;
