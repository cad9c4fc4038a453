-- How far each durable consumer of events has come. Its effects are committed together with its position.
CREATE TABLE IF NOT EXISTS event_consumers (
  name text COLLATE "C" PRIMARY KEY,
  -- The position of the last event whose effect is committed.
  position bigint NOT NULL DEFAULT 0
);

-- The caller and the time of each change, in the sets of the events. A row with its indexes for each change would take three times as long to
-- write, and nearly twice the space, which grows for ever.
CREATE TABLE IF NOT EXISTS audit_sets (
  -- That of the last event of the set.
  last_position bigint PRIMARY KEY,
  type text COLLATE "C" NOT NULL,
  path text COLLATE "C" NOT NULL,
  resource_ids integer[] NOT NULL,
  sources jsonb,
  -- Those of the sources, for a search; null without.
  actors text[] COLLATE "C",
  occurred_at timestamptz(3) NOT NULL
);
-- A list of pending entries would delay each search.
CREATE INDEX IF NOT EXISTS audit_sets_by_resource ON audit_sets USING gin (resource_ids) WITH (fastupdate = off);
-- Without authentication, there is no actor.
CREATE INDEX IF NOT EXISTS audit_sets_by_actor ON audit_sets USING gin (actors) WITH (fastupdate = off) WHERE actors IS NOT NULL;
