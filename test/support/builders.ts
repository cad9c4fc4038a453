// Valid bodies that differ from those of every other test, and the resources that are created from them. They work with
// any service, independently of the rows in its database.
import type { FastifyInstance } from 'fastify';
import type { SongCreate } from '../../schemas/song.ts';
import type { TaskCreate } from '../../schemas/task.ts';
import type { Client } from './client.ts';
import type { LooseJson } from './loose-json.ts';

const RUN = `${process.pid}-${Date.now()}`;
let count = 0;

/** The text with a unique suffix. */
export const unique = (text: string): string => `${text} ${RUN}-${count++}`;

/** The largest valid id, which no resource has. */
export const MISSING_ID = 2_147_483_647;

export const newSong = (fields: Partial<SongCreate> = {}): SongCreate => ({
  song: unique('Song'),
  artist: unique('Artist'),
  year: 2019,
  ...fields,
});

export const newTask = (fields: Partial<TaskCreate> = {}): TaskCreate => ({
  title: unique('Task'),
  ...fields,
});

/** Creates a job that waits, in the database, and returns its id: an import would end at once. */
export async function newJob(app: FastifyInstance): Promise<number> {
  const { rows } = await app.pg.query<{ id: number }>(
    "INSERT INTO jobs (resource, format, state) VALUES ('song', 'csv', 'waiting') RETURNING id",
  );
  return rows[0]?.id ?? 0;
}

/** A resource right after its creation. */
export interface Created {
  id: number;
  /** Its path, as in `/songs/7`. */
  url: string;
  etag: string;
  /** Its state, as a read returns it. */
  item: LooseJson;
}

export const createSong = async (call: Client, fields?: Partial<SongCreate>): Promise<Created> =>
  create(call, '/songs', newSong(fields));

export const createTask = async (call: Client, fields?: Partial<TaskCreate>): Promise<Created> =>
  create(call, '/tasks', newTask(fields));

/** @throws {Error} if the response is not 201. */
async function create(call: Client, path: string, json: object): Promise<Created> {
  const { status, headers, body, text } = await call('POST', path, { json });
  if (status !== 201) throw new Error(`POST ${path} → ${status}: ${text}`);
  const item = body.data ?? body;
  return { id: item.id, url: String(headers.location), etag: String(headers.etag), item };
}
