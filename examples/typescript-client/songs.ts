import { setTimeout as delay } from 'node:timers/promises';
import {
  bodyOf,
  type SetlistClient,
  type Song,
  type SongFilter,
  type SongQuery,
  type SongUpdate,
} from './client.ts';

/** Every song that meets the filter, page by page: follows the `Link` header until there is no next page. */
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
 * Changes a song without losing what others write meanwhile: the write is bound to the version that was read
 * (`If-Match`), and when that is no longer the current one (412), it reads again and tries again.
 *
 * @param change Gives what is to change, from the song as it is now; it may be called more than once.
 * @throws {SetlistError} `song_not_found`, or `precondition_failed` when all attempts were overtaken.
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
    // Those who were overtaken together do not come back together.
    await delay(Math.random() * 20 * attempt);
  }
}
