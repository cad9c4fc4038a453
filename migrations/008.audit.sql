-- How far each durable consumer of events has come. Its effects are committed together with its position.
CREATE TABLE IF NOT EXISTS event_consumers (
  name text COLLATE "C" PRIMARY KEY,
  -- The position of the last event whose effect is committed.
  position bigint NOT NULL DEFAULT 0
);

-- The caller and the time of each change. The ids are the positions of the events.
CREATE TABLE IF NOT EXISTS audit_entries (
  id bigint PRIMARY KEY,
  action text COLLATE "C" NOT NULL,
  -- The path of the resource.
  subject text COLLATE "C" NOT NULL,
  actor text COLLATE "C",
  request_id text COLLATE "C",
  occurred_at timestamptz(3) NOT NULL
);
CREATE INDEX IF NOT EXISTS audit_entries_by_subject ON audit_entries (subject, id);
-- Without authentication, there is no actor.
CREATE INDEX IF NOT EXISTS audit_entries_by_actor ON audit_entries (actor, id) WHERE actor IS NOT NULL;
