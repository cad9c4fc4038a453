-- Imports: their progress, the lines that failed, and the bodies that are imported after the response.
CREATE TABLE IF NOT EXISTS jobs (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  resource text COLLATE "C" NOT NULL,
  format text COLLATE "C" NOT NULL,
  state text COLLATE "C" NOT NULL,
  size integer,
  read integer NOT NULL DEFAULT 0,
  lines integer NOT NULL DEFAULT 0,
  created integer NOT NULL DEFAULT 0,
  failed integer NOT NULL DEFAULT 0,
  error text COLLATE "C",
  started_at timestamptz(3),
  finished_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  version uuid NOT NULL DEFAULT gen_random_uuid(),
  owner text COLLATE "C"
);
CREATE INDEX IF NOT EXISTS jobs_by_owner ON jobs (owner, id);
-- For the removal of old jobs.
CREATE INDEX IF NOT EXISTS jobs_by_time ON jobs (updated_at);

-- What the service needs to run a job; events of the job do not contain it.
CREATE TABLE IF NOT EXISTS job_runs (
  job integer PRIMARY KEY REFERENCES jobs ON DELETE CASCADE,
  -- The idempotency key of the request, and its principal; '' without authentication.
  key text COLLATE "C",
  key_owner text COLLATE "C" NOT NULL,
  -- The source of its rows, for their events.
  source text NOT NULL,
  -- SHA-256 of the processed lines: a request that continues must begin with the same bytes.
  digest bytea,
  -- The process that runs it, and until when no other one may take it over.
  holder uuid,
  held_until timestamptz NOT NULL DEFAULT now(),
  UNIQUE (key_owner, key)
);

CREATE TABLE IF NOT EXISTS job_failures (
  job integer NOT NULL REFERENCES jobs ON DELETE CASCADE,
  line integer NOT NULL,
  code text COLLATE "C" NOT NULL,
  message text NOT NULL,
  details jsonb,
  PRIMARY KEY (job, line)
);

-- The bodies of jobs that run after the response, in pieces.
CREATE TABLE IF NOT EXISTS job_uploads (
  job integer NOT NULL REFERENCES jobs ON DELETE CASCADE,
  number integer NOT NULL,
  content bytea NOT NULL,
  PRIMARY KEY (job, number)
);

SELECT setlist_record_changes_of('jobs', 'job');
