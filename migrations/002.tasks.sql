CREATE TABLE IF NOT EXISTS tasks (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  title text COLLATE "C" NOT NULL CHECK (char_length(title) BETWEEN 1 AND 200),
  description text COLLATE "C" NOT NULL DEFAULT '' CHECK (char_length(description) <= 2000),
  done boolean NOT NULL DEFAULT false,
  -- For the people who run the service; no answer ever holds it.
  internal_note text NOT NULL DEFAULT '',
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  -- A new one with each write; random, so that an ETag never comes back, not even in a restored database.
  version uuid NOT NULL DEFAULT gen_random_uuid()
);

CREATE INDEX IF NOT EXISTS tasks_by_title ON tasks (title, id);
CREATE INDEX IF NOT EXISTS tasks_by_creation ON tasks (created_at, id);
CREATE INDEX IF NOT EXISTS tasks_by_update ON tasks (updated_at, id);

-- How many tasks there are, in one row: whoever creates a task locks it first, which makes the bound on tasks
-- exact however many clients race, without counting the table.
CREATE TABLE IF NOT EXISTS task_totals (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  total integer NOT NULL
);
INSERT INTO task_totals (total) SELECT count(*) FROM tasks ON CONFLICT DO NOTHING;

CREATE OR REPLACE FUNCTION count_created_tasks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE task_totals SET total = total + (SELECT count(*) FROM created) WHERE EXISTS (SELECT FROM created);
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION count_deleted_tasks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE task_totals SET total = total - (SELECT count(*) FROM deleted) WHERE EXISTS (SELECT FROM deleted);
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION count_truncated_tasks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE task_totals SET total = 0;
  RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS tasks_created ON tasks;
CREATE TRIGGER tasks_created AFTER INSERT ON tasks
  REFERENCING NEW TABLE AS created FOR EACH STATEMENT EXECUTE FUNCTION count_created_tasks();
DROP TRIGGER IF EXISTS tasks_deleted ON tasks;
CREATE TRIGGER tasks_deleted AFTER DELETE ON tasks
  REFERENCING OLD TABLE AS deleted FOR EACH STATEMENT EXECUTE FUNCTION count_deleted_tasks();
DROP TRIGGER IF EXISTS tasks_truncated ON tasks;
CREATE TRIGGER tasks_truncated AFTER TRUNCATE ON tasks
  FOR EACH STATEMENT EXECUTE FUNCTION count_truncated_tasks();
