import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import {
  bodyOf,
  type SetlistClient,
  type Song,
  type SongCreate,
  type SongFilter,
  type SongQuery,
  type SongUpdate,
} from './client.ts';

/** All songs that match the filter: follows the `Link` header to the last page. */
export async function* allSongs(client: SetlistClient, filter: SongFilter = {}): AsyncGenerator<Song> {
  let cursor: string | undefined;
  do {
    const query: SongQuery = { ...filter };
    if (cursor !== undefined) query.cursor = cursor;
    const page = await client.GET('/songs', { params: { query } });
    yield* bodyOf(page);
    cursor = nextCursor(page.response.headers.get('link'));
  } while (cursor !== undefined);
}

/** The cursor of the next page (RFC 8288); undefined on the last page. */
function nextCursor(link: string | null): string | undefined {
  const target = /<([^>]*)>\s*;\s*rel="next"/.exec(link ?? '')?.[1];
  if (target === undefined) return undefined;
  return new URL(target, 'http://localhost').searchParams.get('cursor') ?? undefined;
}

/**
 * Adds a song once, although the service or the network may fail: a request that may have had an effect is repeated with the same
 * `Idempotency-Key`, so that the song is not added twice.
 *
 * @param key Equal for repetitions of this create, also after a restart of this program.
 * @throws {SetlistError} `song_exists`, or the error of the last attempt.
 */
export async function addSong(
  client: SetlistClient,
  body: SongCreate,
  { key = randomUUID(), attempts = 8 }: { key?: string; attempts?: number } = {},
): Promise<Song> {
  const params = { header: { 'Idempotency-Key': key } };
  for (let attempt = 1; ; attempt++) {
    try {
      const added = await client.POST('/songs', { params, body });
      const { status, headers } = added.response;
      if (![429, 503].includes(status) || attempt === attempts) return bodyOf(added).data;
      await delay(Number(headers.get('retry-after') ?? 0) * 1000 + backoff(attempt));
    } catch (error) {
      // fetch throws a TypeError for a broken connection; the signal of a timeout throws a TimeoutError.
      const isLost = error instanceof TypeError || (error instanceof Error && error.name === 'TimeoutError');
      if (!isLost || attempt === attempts) throw error;
      await delay(backoff(attempt));
    }
  }
}

/** In milliseconds: doubles with each attempt up to 5 s, at random, so that clients do not retry at the same time. */
const backoff = (attempt: number): number => Math.random() * Math.min(5000, 50 * 2 ** attempt);

/**
 * Updates a song without losing concurrent changes: the write requires the version that was read (`If-Match`). If that is
 * not the current version (412), it reads and tries again.
 *
 * @param change Returns the update for the current song; it may be called several times.
 * @throws {SetlistError} `song_not_found`, or `precondition_failed` after a conflict in every attempt.
 */
export async function changeSong(
  client: SetlistClient,
  id: number,
  change: (song: Song) => SongUpdate,
  { attempts = 10 } = {},
): Promise<Song> {
  for (let attempt = 1; ; attempt++) {
    const path = { id };
    const current = await client.GET('/songs/{id}', { params: { path } });
    const body = change(bodyOf(current));
    const etag = current.response.headers.get('etag');
    const header = etag === null ? {} : { 'If-Match': etag };
    const written = await client.PATCH('/songs/{id}', { params: { path, header }, body });
    if (written.response.status !== 412 || attempt === attempts) return bodyOf(written).data;
    // A random delay: conflicting clients must not retry at the same time.
    await delay(Math.random() * 20 * attempt);
  }
}
