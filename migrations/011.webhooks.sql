-- Webhooks: the events of resources are sent to the URLs of clients.
CREATE TABLE IF NOT EXISTS webhooks (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  version uuid NOT NULL DEFAULT gen_random_uuid(),
  -- The principal who created it, and its scopes at that time; null: authentication was off.
  owner text COLLATE "C",
  scopes text[] COLLATE "C",
  url text COLLATE "C" NOT NULL,
  event_types text[] COLLATE "C" NOT NULL,
  description text NOT NULL,
  secret text COLLATE "C" NOT NULL,
  -- The secret before the last rotation, with which deliveries are signed as well until the given time.
  previous_secret text COLLATE "C",
  previous_secret_until timestamptz(3),
  -- Only later events are delivered.
  after_position bigint NOT NULL,
  -- The first failure after the last success.
  failing_since timestamptz(3),
  disabled_at timestamptz(3),
  disabled_reason text COLLATE "C",
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS webhooks_by_owner ON webhooks (owner, id);

-- The deliveries of an event to a webhook. The positions are those of the events.
CREATE TABLE IF NOT EXISTS webhook_deliveries (
  webhook_id integer NOT NULL REFERENCES webhooks ON DELETE CASCADE,
  position bigint NOT NULL,
  event uuid NOT NULL,
  type text COLLATE "C" NOT NULL,
  subject text COLLATE "C" NOT NULL,
  -- The event as it is sent: the same for each attempt.
  body text COLLATE "C" NOT NULL,
  status text COLLATE "C" NOT NULL DEFAULT 'pending',
  attempt_count integer NOT NULL DEFAULT 0,
  -- The last attempts, newest first, in the format of the contract.
  attempts jsonb NOT NULL DEFAULT '[]',
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  completed_at timestamptz(3),
  PRIMARY KEY (webhook_id, position)
);
CREATE INDEX IF NOT EXISTS webhook_deliveries_pending ON webhook_deliveries (webhook_id, subject, position)
  WHERE status = 'pending';
-- For the removal of old deliveries.
CREATE INDEX IF NOT EXISTS webhook_deliveries_by_time ON webhook_deliveries (created_at);

-- The resources with pending deliveries to a webhook, which are sent one after the other.
CREATE TABLE IF NOT EXISTS webhook_lanes (
  webhook_id integer NOT NULL REFERENCES webhooks ON DELETE CASCADE,
  subject text COLLATE "C" NOT NULL,
  -- The position of the last delivery.
  last_position bigint NOT NULL,
  next_attempt_at timestamptz(3) NOT NULL DEFAULT now(),
  -- Until then, an instance sends the first delivery.
  claimed_until timestamptz(3),
  -- The failures of the first delivery, and the time of the first one.
  failures integer NOT NULL DEFAULT 0,
  failing_since timestamptz(3),
  PRIMARY KEY (webhook_id, subject)
);
CREATE INDEX IF NOT EXISTS webhook_lanes_due ON webhook_lanes (webhook_id, next_attempt_at);
