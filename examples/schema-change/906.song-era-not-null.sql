-- Expand 6 of 6: the constraint proves that no row is null, so that none is read.
-- squawk-ignore adding-not-nullable-field
ALTER TABLE songs ALTER COLUMN era SET NOT NULL;
-- The column has the same guarantee.
-- squawk-ignore ban-drop-constraint
ALTER TABLE songs DROP CONSTRAINT songs_era_required;
