-- An index of trigrams for searches in these columns, where the server has the extension pg_trgm, and it is installed or
-- the role may install it: this needs CREATE on the database. Otherwise a search reads the whole table. The function
-- returns whether there is an index now; it may be called again, for example after an administrator installed the extension.
CREATE OR REPLACE FUNCTION setlist_index_search(searched text, VARIADIC columns text[]) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
  trigrams name;
BEGIN
  IF NOT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_trgm') THEN
    RAISE NOTICE 'searches in % have no index: the server does not have the extension pg_trgm', searched;
    RETURN false;
  END IF;
  CREATE EXTENSION IF NOT EXISTS pg_trgm;
  SELECT nspname INTO trigrams
  FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace WHERE extname = 'pg_trgm';
  -- Inserts collect their trigrams in a list, and one insert merges a full list: a short list keeps it from waiting long.
  EXECUTE format(
    'CREATE INDEX IF NOT EXISTS %I ON %I USING gin (%s) WITH (gin_pending_list_limit = 512)',
    searched || '_by_trigrams',
    searched,
    (SELECT string_agg(format('setlist_fold(%I) %I.gin_trgm_ops', name, trigrams), ', ') FROM unnest(columns) AS name)
  );
  RETURN true;
EXCEPTION WHEN insufficient_privilege OR undefined_file OR undefined_object THEN
  RAISE NOTICE 'searches in % have no index: %', searched, SQLERRM;
  RETURN false;
END $$;

-- Building an index on a few rows tells the planner that the table is small, and it plans to read all of it, also once it has
-- grown. An index on an empty table tells nothing: the planner then assumes ten pages.
DO $$
DECLARE
  few songs[];
BEGIN
  IF EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_trgm') AND pg_relation_size('songs') < 10 * 8192 THEN
    LOCK TABLE songs IN EXCLUSIVE MODE;
    few := ARRAY(SELECT songs FROM songs);
    DELETE FROM songs;
  END IF;
  PERFORM setlist_index_search('songs', 'song', 'artist');
  INSERT INTO songs OVERRIDING SYSTEM VALUE SELECT * FROM unnest(few);
END $$;
