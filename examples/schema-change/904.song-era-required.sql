-- Expand 4 of 6: from now on, a row without a value is an error. Old rows are not read.
ALTER TABLE songs ADD CONSTRAINT songs_era_required CHECK (era IS NOT NULL) NOT VALID;
