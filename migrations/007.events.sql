-- Changes of songs and tasks. Triggers write the changes of each statement in its transaction, so that SQL of other programs is recorded
-- as well. A sequencer then gives them positions, without gaps: the ids have the order of inserts, in which later ids may be visible first.
-- A row is a set of changes: a row for each change, with its indexes, would cost each of many rows written together twice as much.
CREATE TABLE IF NOT EXISTS change_sets (
  id bigint GENERATED ALWAYS AS IDENTITY,
  -- As in song.created.
  type text COLLATE "C" NOT NULL,
  -- The path of the collection, as in /songs.
  path text COLLATE "C" NOT NULL,
  -- The ids of the changed rows, in the order of the changes.
  resource_ids integer[] NOT NULL CHECK (cardinality(resource_ids) BETWEEN 1 AND 100),
  -- The events have UUIDs that differ from this one in their last byte.
  uuid uuid NOT NULL DEFAULT gen_random_uuid(),
  -- An array of the rows after their changes; of deleted ones, before.
  payloads json NOT NULL,
  -- By id, the caller (null: authentication was off) and the id of its request, as an array; without changes by other programs.
  sources jsonb,
  occurred_at timestamptz(3) NOT NULL DEFAULT now(),
  -- Of the last change, once the sequencer has been here.
  last_position bigint
);
-- Compressing them would cost more than their space.
ALTER TABLE change_sets ALTER payloads SET STORAGE EXTERNAL;
CREATE UNIQUE INDEX IF NOT EXISTS change_sets_waiting ON change_sets (id) WHERE last_position IS NULL;
CREATE UNIQUE INDEX IF NOT EXISTS change_sets_by_position ON change_sets (last_position) WHERE last_position IS NOT NULL;

-- The events from one position to another, in any order. Simple enough that PostgreSQL plans it as a part of the statement that calls it.
CREATE OR REPLACE FUNCTION setlist_events(first bigint DEFAULT 1, last bigint DEFAULT 9000000000000000000) RETURNS TABLE (
  "position" bigint, event uuid, type text, resource_id integer, subject text, payload json, source jsonb, occurred_at timestamptz
) LANGUAGE sql STABLE AS $$
  SELECT
    last_position - cardinality(resource_ids) + place_,
    overlay(uuid::text PLACING lpad(to_hex(place_), 2, '0') FROM 35)::uuid,
    type, id_, path || '/' || id_, payload_, sources -> id_::text, occurred_at
  FROM change_sets, ROWS FROM (unnest(resource_ids), json_array_elements(payloads)) WITH ORDINALITY AS changes (id_, payload_, place_)
  -- A set has at most 100 changes.
  WHERE last_position >= first AND last_position < last + 100
    AND last_position - cardinality(resource_ids) + place_ BETWEEN first AND last
$$;

-- The position of the last event, in one row. The sequencer locks it.
CREATE TABLE IF NOT EXISTS event_head (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  position bigint NOT NULL
);
INSERT INTO event_head (position) VALUES (0) ON CONFLICT DO NOTHING;

-- Records the changes of one statement. Its arguments are their type and path. The statements of the service name the source of each row,
-- by the name of the table and the id, in a setting of their transaction. It runs with the rights of its owner: roles that only change
-- the tables need none on the sets. Few changes are the usual case, and cost least as one set.
CREATE OR REPLACE FUNCTION setlist_record_changes() RETURNS trigger LANGUAGE plpgsql
  SECURITY DEFINER AS $$
DECLARE
  sources_ jsonb := nullif(current_setting('setlist.sources', true), '')::jsonb -> TG_TABLE_NAME;
BEGIN
  INSERT INTO change_sets (type, path, resource_ids, payloads, sources)
  SELECT TG_ARGV[0], TG_ARGV[1], array_agg(id), json_agg(first_), sources_ FROM (SELECT * FROM changed_ LIMIT 101) AS first_
  HAVING count(*) BETWEEN 1 AND 100;
  IF NOT FOUND THEN
    INSERT INTO change_sets (type, path, resource_ids, payloads, sources)
    SELECT TG_ARGV[0], TG_ARGV[1], array_agg(id), json_agg(row_), jsonb_object_agg(id, sources_ -> id::text) FILTER (WHERE sources_ ? id::text)
    FROM (SELECT id, changed_ AS row_, (row_number() OVER () - 1) / 100 AS set_ FROM changed_) AS changes
    GROUP BY set_ ORDER BY set_;
  END IF;
  RETURN NULL;
END $$;

-- It writes to the table of this schema, also if a session has a temporary one; no other role can use it in a trigger.
DO $$ BEGIN
  EXECUTE format('ALTER FUNCTION setlist_record_changes() SET search_path = %I, pg_temp', current_schema());
END $$;
REVOKE EXECUTE ON FUNCTION setlist_record_changes() FROM PUBLIC;

-- Records all changes of a table from now on.
CREATE OR REPLACE FUNCTION setlist_record_changes_of(changing text, resource text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  operation text;
  action text;
  rows_ text;
BEGIN
  FOR operation, action, rows_ IN VALUES ('INSERT', 'created', 'NEW'), ('UPDATE', 'updated', 'NEW'), ('DELETE', 'deleted', 'OLD') LOOP
    EXECUTE format('DROP TRIGGER IF EXISTS %I ON %I', changing || '_recorded_' || lower(operation), changing);
    EXECUTE format(
      'CREATE TRIGGER %I AFTER %s ON %I REFERENCING %s TABLE AS changed_ FOR EACH STATEMENT EXECUTE FUNCTION setlist_record_changes(%L, %L)',
      changing || '_recorded_' || lower(operation),
      operation,
      changing,
      rows_,
      resource || '.' || action,
      '/' || replace(changing, '_', '-')
    );
  END LOOP;
END $$;

-- Gives positions to the oldest sets without one, and returns their number. The lock on the head makes the positions dense, and visible in
-- this order. Without changes it writes nothing. An index has the few sets without a position; a scan of the table would read all others.
CREATE OR REPLACE FUNCTION setlist_number_changes(max_sets integer) RETURNS integer LANGUAGE plpgsql
  SET enable_seqscan = off AS $$
DECLARE
  numbered integer;
  head bigint;
BEGIN
  PERFORM FROM change_sets WHERE last_position IS NULL ORDER BY id LIMIT 1;
  IF NOT FOUND THEN RETURN 0; END IF;
  SELECT position INTO head FROM event_head WHERE only_row FOR UPDATE;
  WITH waiting AS (
    SELECT id, head + sum(cardinality(resource_ids)) OVER (ORDER BY id) AS last_
    FROM change_sets WHERE last_position IS NULL ORDER BY id LIMIT max_sets
  ), numbered_ AS (
    UPDATE change_sets SET last_position = last_ FROM waiting
    WHERE change_sets.id = waiting.id AND last_position IS NULL RETURNING last_position
  )
  SELECT count(*), coalesce(max(last_position), head) INTO numbered, head FROM numbered_;
  IF numbered > 0 THEN
    UPDATE event_head SET position = head WHERE only_row;
    PERFORM pg_notify('setlist_events', head::text);
  END IF;
  RETURN numbered;
END $$;

SELECT setlist_record_changes_of('songs', 'song'), setlist_record_changes_of('tasks', 'task');
