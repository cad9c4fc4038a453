-- The statements of the service count the tasks that they create and delete themselves, if there is a limit. The triggers go on counting all
-- other changes: of the release before, of instances without a limit, and of other programs. A later release drops them, see
-- docs/decisions/014-task-counter.md.

-- The number of rows that the last counted create may insert: a column, because RETURNING does not know the total before.
ALTER TABLE task_totals ADD COLUMN IF NOT EXISTS granted integer NOT NULL DEFAULT 0;
-- PostgreSQL takes a table without statistics for a large one, and sessions would plan each create of one task anew.
ANALYZE task_totals;

-- Whether the statement that fires this trigger has counted its rows. It names their table in a setting of its transaction, which is
-- taken back here: the next statement of the transaction may not count. After a rollback there is no such name.
CREATE OR REPLACE FUNCTION setlist_is_counted(changing text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('setlist.counted', true) IS DISTINCT FROM changing THEN RETURN false; END IF;
  PERFORM set_config('setlist.counted', '', true);
  RETURN true;
END $$;

CREATE OR REPLACE FUNCTION count_created_tasks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF setlist_is_counted(TG_TABLE_NAME) THEN RETURN NULL; END IF;
  UPDATE task_totals SET total = total + (SELECT count(*) FROM created) WHERE EXISTS (SELECT FROM created);
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION count_deleted_tasks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF setlist_is_counted(TG_TABLE_NAME) THEN RETURN NULL; END IF;
  UPDATE task_totals SET total = total - (SELECT count(*) FROM deleted) WHERE EXISTS (SELECT FROM deleted);
  RETURN NULL;
END $$;
