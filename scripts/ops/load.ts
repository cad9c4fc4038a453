import { setTimeout as delay } from 'node:timers/promises';

/** The pause between rounds of requests, in milliseconds. */
const PAUSE = 50;

/** Sends requests of each kind to the service in turn, with one client that follows the events. */
export async function sendLoad(base: string, duration: number, signal: AbortSignal): Promise<void> {
  const following = new AbortController();
  const stream = await fetch(`${base}/events`, { signal: AbortSignal.any([signal, following.signal]) });
  const read = stream.text().catch(() => {});
  const send = (method: string, path: string, body?: object, headers: Record<string, string> = {}) =>
    fetch(base + path, {
      method,
      signal,
      ...(body && { body: JSON.stringify(body) }),
      headers: { ...(body && { 'content-type': 'application/json' }), ...headers },
    });
  try {
    const end = Date.now() + duration;
    for (let round = 0; Date.now() < end; round++) {
      const key = { 'idempotency-key': `round-${round}` };
      const song = { song: `Song ${round}`, artist: 'Load', year: 2000 };
      const { data } = await jsonOf(await send('POST', '/songs', song, key), 201);
      await jsonOf(await send('POST', '/songs', song, key), 201);
      const path = `/songs/${data.id}`;
      await Promise.all(Array.from({ length: 4 }, async () => jsonOf(await send('GET', path), 200)));
      await jsonOf(
        await send('PATCH', path, { year: 2001 }, { 'content-type': 'application/merge-patch+json' }),
        200,
      );
      await jsonOf(await send('GET', '/songs?limit=5&q=song'), 200);
      await jsonOf(await send('GET', '/nowhere'), 404);
      await jsonOf(await send('GET', '/ready'), 200);
      await delay(PAUSE);
    }
  } finally {
    following.abort();
    await read;
  }
}

async function jsonOf(response: Response, status: number): Promise<{ data: { id: number } }> {
  const text = await response.text();
  if (response.status !== status) throw new Error(`${response.url}: ${response.status} ${text}`);
  return JSON.parse(text);
}
