import { setTimeout as delay } from 'node:timers/promises';

/** The number of requests that wait for a response at a time. */
const CONCURRENCY = 96;
/** In milliseconds. */
const EVENT_DEADLINE = 10_000;
const JOB_DEADLINE = 30_000;
/** Events that no notification announces arrive within two seconds, as docs/events.md promises, with a margin for a busy machine. */
const MAX_EVENT_DELAY = 3_000;

/** Reads of different statements, by their number. */
const READS: readonly ((index: number) => string)[] = [
  (index) => `/songs/${1 + (index % 3)}`,
  () => '/songs/1',
  () => '/songs?limit=5',
  () => '/songs?sort=-year',
  (index) => `/songs?artist=artist%20${index}`,
  (index) => `/songs?year=${1900 + (index % 100)}&sort=artist`,
  (index) => `/songs?q=song%20${index % 9}`,
  () => '/songs?count=true',
  () => '/tasks?limit=5',
  () => '/tasks?sort=-title',
];

/** Sends concurrent reads to some instances in turn, and returns one line per kind of failure. */
export async function sendReads(bases: readonly string[], count: number): Promise<string[]> {
  const failures = new Map<string, number>();
  let next = 0;
  const client = async () => {
    while (next < count) {
      const index = next++;
      const path = READS[index % READS.length]?.(index) ?? '';
      const outcome = await fetch(`${bases[index % bases.length]}${path}`).then(
        async (response) => (response.ok ? undefined : `${response.status} ${await response.text()}`),
        String,
      );
      if (outcome !== undefined) failures.set(outcome, (failures.get(outcome) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, client));
  return [...failures].map(([failure, times]) => `${times} × ${failure.slice(0, 300)}`);
}

/**
 * Creates songs on one instance, and waits for each event in a stream of another one.
 *
 * @returns The sorted times from the response to the event in milliseconds, and what is wrong.
 */
export async function followEvents(
  writer: string,
  reader: string,
  count: number,
): Promise<{ delays: number[]; flaws: string[] }> {
  const controller = new AbortController();
  const response = await fetch(`${reader}/events?resource=song`, { signal: controller.signal });
  const arrivals = new Map<string, number[]>();
  const reading = readSubjects(response, (subject) => {
    arrivals.set(subject, [...(arrivals.get(subject) ?? []), performance.now()]);
  });
  const created = new Map<string, number>();
  for (let index = 0; index < count; index++) {
    created.set(await createSong(writer, `event ${index}`), performance.now());
    // Not in step with the polls.
    await delay(130);
  }
  const deadline = performance.now() + EVENT_DEADLINE;
  while (arrivals.size < count && performance.now() < deadline) await delay(20);
  controller.abort();
  await reading;
  const delays = [...created].flatMap(([subject, at]) => {
    const [arrival] = arrivals.get(subject) ?? [];
    return arrival === undefined ? [] : [arrival - at];
  });
  delays.sort((a, b) => a - b);
  const flaws = [...created.keys()].flatMap((subject) => {
    const times = arrivals.get(subject)?.length ?? 0;
    return times === 1 ? [] : [`The event of ${subject} arrived ${times} times`];
  });
  if ((delays.at(-1) ?? 0) > MAX_EVENT_DELAY)
    flaws.push(`An event took ${Math.round(delays.at(-1) ?? 0)} ms`);
  return { delays, flaws };
}

/** Reads a stream of events until it ends or is aborted. */
async function readSubjects(response: Response, onSubject: (subject: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  let text = '';
  try {
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      const end = text.lastIndexOf('\n\n');
      for (const [, subject = ''] of text.slice(0, end + 1).matchAll(/"subject":"([^"]+)"/g))
        onSubject(subject);
      text = text.slice(end + 1);
    }
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
}

async function createSong(base: string, song: string): Promise<string> {
  const response = await fetch(`${base}/songs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ song, artist: crypto.randomUUID(), year: null }),
  });
  if (response.status !== 201) throw new Error(`POST /songs: ${response.status} ${await response.text()}`);
  return response.headers.get('location')?.replace(/^.*(?=\/songs\/)/, '') ?? '';
}

/** Imports songs in a job, and exports them with a cursor; returns what is wrong, if anything. */
export async function flawOfTransfers(base: string, rows: number): Promise<string | undefined> {
  const artist = crypto.randomUUID();
  const lines = Array.from({ length: rows }, (_, index) => `song ${index},${artist},2000`);
  const accepted = await fetch(`${base}/songs/import`, {
    method: 'POST',
    headers: { 'content-type': 'text/csv', prefer: 'respond-async' },
    body: ['song,artist,year', ...lines, ''].join('\n'),
  });
  if (accepted.status !== 202) return `POST /songs/import: ${accepted.status} ${await accepted.text()}`;
  const job = base + accepted.headers.get('location');
  const deadline = performance.now() + JOB_DEADLINE;
  let state: unknown;
  while (state !== 'succeeded' && performance.now() < deadline) {
    await delay(100);
    ({ state } = JSON.parse(await (await fetch(job)).text()));
  }
  if (state !== 'succeeded') return `The job is ${state}`;
  const exported = await (await fetch(`${base}/songs/export?artist=${artist}`)).text();
  const count = exported.trim().split('\n').length - 1;
  return count === rows ? undefined : `${count} of ${rows} rows are exported`;
}
