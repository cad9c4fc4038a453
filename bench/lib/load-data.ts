import type { Loaded, Range } from './load/requests.ts';

/** A pool or a connection. */
export interface Database {
  query(text: string): Promise<{ rows: readonly Record<string, unknown>[] }>;
}

export const SONGS = 100_000;
export const TASKS = 1_000;
const ARTISTS = 1_000;
/** The number of songs per statement: each statement stays far below its time limit. */
const PORTION = 20_000;

/** The n-th loaded song, from 1. */
export function loadedSong(n: number): { song: string; artist: string; year: number } {
  return { song: `Song ${n}`, artist: `Artist ${1 + (n % ARTISTS)}`, year: 1950 + (n % 75) };
}

/** The numbers, from 1, of the first loaded songs of an artist, in ascending order. */
export function loadedSongsOf(artist: number, limit: number): number[] {
  const first = artist === 1 ? ARTISTS : artist - 1;
  return Array.from({ length: Math.min(limit, SONGS / ARTISTS) }, (_, index) => first + index * ARTISTS);
}

/** Fills a new, migrated database, and returns the numbers for requests. */
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
  // Otherwise the service would write its audit log during the measurements.
  await database.query('TRUNCATE change_sets');
  for (const table of ['songs', 'tasks']) await database.query(`VACUUM ANALYZE ${table}`);
  const { to } = await idsOf(database, 'songs');
  return {
    // Without the rows of a new database.
    songs: { from: to - SONGS + 1, to },
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
