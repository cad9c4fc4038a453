import type { Loaded, RequestTemplate } from '../lib/load/requests.ts';
import { loadedSong, loadedSongsOf } from '../lib/load-data.ts';
import { differences, INSTANT } from './body-check.ts';

/** A kind of request, and its valid responses. */
export interface RequestKind extends RequestTemplate {
  method: 'GET' | 'POST' | 'PUT';
  /** The status of every response. */
  status: number;
  /**
   * Compares the body of the response to the request with the number n with the row in the database.
   *
   * @returns The first difference; undefined if there is none.
   */
  check(body: unknown, n: number, loaded: Loaded): string | undefined;
}

const LIMIT = 20;
const CREATED = { song: 'Created {n}', artist: 'Artist of the benchmark', year: 2024 };
const REPLACED = { title: 'Replaced {n}', description: 'Again and again', done: true };

/** A loaded song, as responses show it. */
function songWithId(id: number, { songs }: Loaded) {
  return { id, ...loadedSong(id - songs.from + 1), createdAt: INSTANT };
}

export const requestKinds = {
  health: {
    method: 'GET',
    path: '/health',
    status: 200,
    check: (body) => differences(body, { status: 'ok' }),
  },
  get: {
    method: 'GET',
    path: '/songs/{n}',
    numbers: 'song ids',
    status: 200,
    check: (body, id, loaded) => differences(body, songWithId(id, loaded)),
  },
  list: {
    method: 'GET',
    path: `/songs?limit=${LIMIT}&artist=Artist%20{n}`,
    numbers: 'artists',
    status: 200,
    check: (body, artist, loaded) => {
      const ids = loadedSongsOf(artist, LIMIT).map((n) => loaded.songs.from + n - 1);
      return differences(
        body,
        ids.map((id) => songWithId(id, loaded)),
      );
    },
  },
  create: {
    method: 'POST',
    path: '/songs',
    body: JSON.stringify(CREATED),
    numbers: 'unique',
    status: 201,
    check: (body, n) => {
      const data = { ...CREATED, song: `Created ${n}`, id: Number, createdAt: INSTANT };
      return differences(body, { data });
    },
  },
  replace: {
    method: 'PUT',
    path: '/tasks/{n}',
    body: JSON.stringify(REPLACED),
    numbers: 'task ids',
    status: 200,
    check: (body, id) =>
      differences(body, {
        ...REPLACED,
        title: `Replaced ${id}`,
        id,
        createdAt: INSTANT,
        updatedAt: INSTANT,
      }),
  },
} as const satisfies Record<string, RequestKind>;

export type RequestKindName = keyof typeof requestKinds;
