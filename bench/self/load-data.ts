import type { Loaded, Range } from './requests.ts';

/** A pool or a connection. */
export interface Database {
  query(text: string): Promise<{ rows: readonly Record<string, unknown>[] }>;
}

const SONGS = 100_000;
const TASKS = 1_000;
const ARTISTS = 1_000;
/** Songs in one statement, so that each stays far below the deadline of a statement. */
const PORTION = 20_000;

/** Fills a new, migrated database, and tells which numbers requests may hold. */
export async function loadData(database: Database): Promise<Loaded> {
  for (let done = 0; done < SONGS; done += PORTION) {
    await database.query(`
      INSERT INTO songs (song, artist, year)
      SELECT 'Song ' || n, 'Artist ' || 1 + n % ${ARTISTS}, 1950 + n % 75
      FROM generate_series(${done + 1}, ${done + PORTION}) AS n`);
  }
  await database.query(`
    INSERT INTO tasks (title, description)
    SELECT 'Task ' || n, 'What is to be done' FROM generate_series(1, ${TASKS}) AS n`);
  for (const table of ['songs', 'tasks']) await database.query(`VACUUM ANALYZE ${table}`);
  return {
    songs: await idsOf(database, 'songs'),
    tasks: await idsOf(database, 'tasks'),
    artists: { from: 1, to: ARTISTS },
  };
}

async function idsOf(database: Database, table: string): Promise<Range> {
  const { rows } = await database.query(
    `SELECT min(id) AS first, max(id) AS last, count(*)::integer AS total FROM ${table}`,
  );
  const [from, to, total] = [Number(rows[0]?.first), Number(rows[0]?.last), Number(rows[0]?.total)];
  if (to - from + 1 !== total)
    throw new Error(`The ids of ${table} have gaps: ${from} to ${to}, ${total} rows.`);
  return { from, to };
}
