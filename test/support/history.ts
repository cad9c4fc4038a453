// Runs many clients on few songs concurrently, and records their responses.
import type { Client } from './client.ts';
import type { Operation } from './linearizability.ts';

type WithoutTimes<Each> = Each extends unknown ? Omit<Each, 'start' | 'end'> : never;
type Attempt = WithoutTimes<Operation>;

export interface Workload {
  /** The artist of the songs, which no other test uses: each history begins without the song. */
  artist: string;
  clients: number;
  songs: number;
  operationsPerClient: number;
}

/** Runs the workload, and returns the history of each song, without reads that got no response. */
export async function recordHistories(call: Client, workload: Workload): Promise<Operation[][]> {
  const histories = Array.from({ length: workload.songs }, (): Operation[] => []);
  const ids = new Map<number, number>();
  let year = 0;

  const operate = async (song: number): Promise<void> => {
    const name = { song: `Song ${song}`, artist: workload.artist };
    const id = ids.get(song);
    const dice = Math.random();
    const start = performance.now();
    const attempt = await (dice < 0.15 || id === undefined
      ? create(call, name, ++year)
      : dice < 0.3
        ? list(call, name)
        : dice < 0.65
          ? read(call, id)
          : dice < 0.97
            ? update(call, id, ++year)
            : remove(call, id));
    if (attempt === undefined) return;
    const isKnown = attempt.outcome !== undefined;
    histories[song]?.push({ ...attempt, start, end: isKnown ? performance.now() : Number.POSITIVE_INFINITY });
    if (typeof attempt.outcome === 'object' && 'id' in attempt.outcome) ids.set(song, attempt.outcome.id);
  };

  const client = async () => {
    for (let count = 0; count < workload.operationsPerClient; count++) {
      await operate(Math.floor(Math.random() * workload.songs));
    }
  };
  await Promise.all(Array.from({ length: workload.clients }, client));
  return histories;
}

async function create(call: Client, name: { song: string; artist: string }, year: number): Promise<Attempt> {
  const { status, body } = await call('POST', '/songs', { json: { ...name, year } });
  if (status === 201) return { kind: 'create', year, outcome: { id: body.data.id } };
  return { kind: 'create', year, ...(known(status, 409) && { outcome: 'exists' }) };
}

async function list(call: Client, name: { song: string; artist: string }): Promise<Attempt | undefined> {
  const { status, body } = await call('GET', `/songs?${new URLSearchParams(name)}`);
  if (!known(status, 200)) return undefined;
  return { kind: 'list', outcome: body.length === 0 ? 'absent' : { id: body[0].id, year: body[0].year } };
}

async function read(call: Client, id: number): Promise<Attempt | undefined> {
  const { status, body } = await call('GET', `/songs/${id}`);
  if (status === 200) return { kind: 'read', id, outcome: { year: body.year } };
  return known(status, 404) ? { kind: 'read', id, outcome: 'absent' } : undefined;
}

async function update(call: Client, id: number, year: number): Promise<Attempt> {
  const { status } = await call('PATCH', `/songs/${id}`, { json: { year } });
  if (status === 200) return { kind: 'update', id, year, outcome: 'done' };
  return { kind: 'update', id, year, ...(known(status, 404) && { outcome: 'absent' }) };
}

async function remove(call: Client, id: number): Promise<Attempt> {
  const { status } = await call('DELETE', `/songs/${id}`);
  if (status === 204) return { kind: 'delete', id, outcome: 'done' };
  return { kind: 'delete', id, ...(known(status, 404) && { outcome: 'absent' }) };
}

/** Whether the response is the expected one; after a 503 the outcome is unknown, and anything else is an error. */
function known(status: number, expected: number): boolean {
  if (status !== expected && status !== 503) throw new Error(`The service responded with ${status}`);
  return status === expected;
}
