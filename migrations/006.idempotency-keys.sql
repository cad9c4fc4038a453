-- The outcome of each create with an Idempotency-Key, for repetitions of the request.
CREATE TABLE IF NOT EXISTS idempotency_keys (
  -- The caller, as in token:ada; empty if authentication was off.
  owner text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL CHECK (char_length(key) BETWEEN 1 AND 255),
  -- SHA-256 of the operation and the body: another request with the same key is refused.
  fingerprint bytea NOT NULL CHECK (octet_length(fingerprint) = 32),
  -- The created row as in the response; null: the create was a conflict.
  outcome jsonb,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (owner, key)
);
-- For the removal of old keys.
CREATE INDEX IF NOT EXISTS idempotency_keys_by_creation ON idempotency_keys (created_at);
