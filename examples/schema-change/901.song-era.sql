-- Expand 1 of 6: a column that may be null, without a default. It changes no row.
ALTER TABLE songs ADD COLUMN IF NOT EXISTS era text COLLATE "C";
