-- The caller who created a task, as in token:ada; null if authentication was off. Such tasks are only visible when it is
-- off, and for tasks:all.
ALTER TABLE tasks ADD COLUMN IF NOT EXISTS owner text COLLATE "C";

-- One for each sort order of the lists of one owner; without the rows that have none.
CREATE INDEX IF NOT EXISTS tasks_by_owner ON tasks (owner, id) WHERE owner IS NOT NULL;
CREATE INDEX IF NOT EXISTS tasks_by_owner_and_title ON tasks (owner, title, id) WHERE owner IS NOT NULL;
CREATE INDEX IF NOT EXISTS tasks_by_owner_and_creation ON tasks (owner, created_at, id) WHERE owner IS NOT NULL;
CREATE INDEX IF NOT EXISTS tasks_by_owner_and_update ON tasks (owner, updated_at, id) WHERE owner IS NOT NULL;
