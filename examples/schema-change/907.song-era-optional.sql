-- Contract 1 of 2, in the release that no longer uses the column: the release before can be started again.
-- squawk-ignore ban-drop-not-null
ALTER TABLE songs ALTER COLUMN era DROP NOT NULL;
