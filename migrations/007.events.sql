-- Changes of songs and tasks. Triggers write each change to the outbox, in the transaction of the change, so that SQL of other
-- programs is recorded as well. A sequencer then moves the changes to events and numbers them without gaps: the ids of the
-- outbox have the order of inserts, in which later ids may be visible first.
CREATE TABLE IF NOT EXISTS outbox (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event uuid NOT NULL DEFAULT gen_random_uuid(),
  -- As in song.created.
  type text COLLATE "C" NOT NULL,
  resource_id integer NOT NULL,
  -- The path of the resource, as in /songs/1.
  subject text COLLATE "C" NOT NULL,
  -- The row after the change; for a deleted one, before it.
  payload jsonb NOT NULL,
  -- The caller (null: authentication was off) and the id of its request, as an array; null for changes by other programs.
  source jsonb,
  occurred_at timestamptz(3) NOT NULL DEFAULT now()
);

CREATE TABLE IF NOT EXISTS events (
  position bigint PRIMARY KEY,
  event uuid NOT NULL,
  type text COLLATE "C" NOT NULL,
  resource_id integer NOT NULL,
  subject text COLLATE "C" NOT NULL,
  payload jsonb NOT NULL,
  source jsonb,
  occurred_at timestamptz(3) NOT NULL
);
-- For the removal of old events.
CREATE INDEX IF NOT EXISTS events_by_time ON events (occurred_at);

-- The position of the last event, in one row. The sequencer locks it.
CREATE TABLE IF NOT EXISTS event_head (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  position bigint NOT NULL
);
INSERT INTO event_head (position) VALUES (0) ON CONFLICT DO NOTHING;

-- Records the changes of one statement. Its argument is the name of the resource. The statements of the service name the source
-- of each row by its id, in a setting of their transaction. It runs with the rights of its owner: roles that only change the tables need none on the outbox.
CREATE OR REPLACE FUNCTION setlist_record_changes() RETURNS trigger LANGUAGE plpgsql
  SECURITY DEFINER AS $$
DECLARE
  sources_ jsonb := nullif(current_setting('setlist.sources', true), '');
BEGIN
  INSERT INTO outbox (type, resource_id, subject, payload, source)
  SELECT
    TG_ARGV[0] || CASE TG_OP WHEN 'INSERT' THEN '.created' WHEN 'UPDATE' THEN '.updated' ELSE '.deleted' END,
    id, '/' || replace(TG_TABLE_NAME, '_', '-') || '/' || id, to_jsonb(changed_), sources_ -> id::text
  FROM changed_ ORDER BY id;
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
BEGIN
  FOREACH operation IN ARRAY ARRAY['INSERT', 'UPDATE', 'DELETE'] LOOP
    EXECUTE format('DROP TRIGGER IF EXISTS %I ON %I', changing || '_recorded_' || lower(operation), changing);
    EXECUTE format(
      'CREATE TRIGGER %I AFTER %s ON %I REFERENCING %s TABLE AS changed_ FOR EACH STATEMENT EXECUTE FUNCTION setlist_record_changes(%L)',
      changing || '_recorded_' || lower(operation),
      operation,
      changing,
      CASE operation WHEN 'DELETE' THEN 'OLD' ELSE 'NEW' END,
      resource
    );
  END LOOP;
END $$;

-- Moves the oldest changes from the outbox to the events, and returns their number. The lock on the head makes the positions dense, and
-- visible in this order. Without changes it writes nothing. The outbox is nearly empty but for deleted rows, which a scan of the table
-- would read each time.
CREATE OR REPLACE FUNCTION setlist_number_changes(max_changes integer) RETURNS integer LANGUAGE plpgsql
  SET enable_seqscan = off AS $$
DECLARE
  numbered integer;
  last_position bigint;
BEGIN
  PERFORM FROM outbox ORDER BY id LIMIT 1;
  IF NOT FOUND THEN RETURN 0; END IF;
  SELECT position INTO last_position FROM event_head WHERE only_row FOR UPDATE;
  WITH moved AS (
    DELETE FROM outbox WHERE id = ANY (ARRAY(SELECT id FROM outbox ORDER BY id LIMIT max_changes)) RETURNING *
  ), inserted AS (
    INSERT INTO events (position, event, type, resource_id, subject, payload, source, occurred_at)
    SELECT last_position + row_number() OVER (ORDER BY id), event, type, resource_id, subject, payload, source, occurred_at
    FROM moved RETURNING position
  )
  SELECT count(*), coalesce(max(inserted.position), last_position) INTO numbered, last_position FROM inserted;
  IF numbered > 0 THEN
    UPDATE event_head SET position = last_position WHERE only_row;
    PERFORM pg_notify('setlist_events', last_position::text);
  END IF;
  RETURN numbered;
END $$;

SELECT setlist_record_changes_of('songs', 'song'), setlist_record_changes_of('tasks', 'task');
