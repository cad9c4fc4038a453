-- The form in which texts are compared when a search ignores case. Each letter has one form, wherever in a text it
-- stands: a search for any part of a text finds the text. lower() alone has no such form, as it writes a sigma at the
-- end of a word differently; upper() alone leaves letters such as the Kelvin sign and the capital sharp s as they are.
-- Older servers drop a byte order mark at the beginning of a text, so that it is replaced by a noncharacter.
-- ASCII, the most common text, has a short cut that gives the same.
CREATE OR REPLACE FUNCTION setlist_fold(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN octet_length(value) = char_length(value) THEN upper(value COLLATE "C")
    ELSE upper(lower(replace(value, U&'\FEFF', U&'\FDD0') COLLATE "und-x-icu") COLLATE "und-x-icu") COLLATE "C"
  END
$$;
