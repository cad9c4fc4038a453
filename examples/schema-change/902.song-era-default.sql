-- Expand 2 of 6: new rows have a value, also those of a release that does not know the column.
ALTER TABLE songs ALTER COLUMN era SET DEFAULT 'unknown';
