-- Expand 5 of 6: reads all rows, while they can be read and written.
ALTER TABLE songs VALIDATE CONSTRAINT songs_era_required;
