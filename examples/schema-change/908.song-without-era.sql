-- Contract 2 of 2, one release later: no running release knows the column.
-- squawk-ignore ban-drop-column
ALTER TABLE songs DROP COLUMN IF EXISTS era;
