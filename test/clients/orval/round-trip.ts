// A round trip through the fetch client of orval, against the service at SETLIST_URL.
import { expectEqual, expectPresent } from '../shared/expect.ts';
import { nextCursor } from '../shared/next-cursor.ts';
import {
  type ApiError,
  createSong,
  createTask,
  deleteSong,
  getHealth,
  getSong,
  listSongs,
  listTasks,
  type Problem,
  replaceSong,
  updateSong,
} from './generated/setlist.js';

const artist = 'orval';

// The generated functions call the global fetch, without a hook for credentials.
const { fetch } = globalThis;
globalThis.fetch = (input, init) => {
  const headers = new Headers(init?.headers);
  headers.set('authorization', `Bearer ${process.env.SETLIST_CREDENTIAL}`);
  return fetch(input, { ...init, headers });
};

/** Narrows the response to the type of the expected status. */
function expectStatus<Response extends { status: number }, Status extends Response['status']>(
  response: Response,
  status: Status,
): Extract<Response, { status: Status }> {
  const isExpected = (given: Response): given is Extract<Response, { status: Status }> =>
    given.status === status;
  if (!isExpected(response)) throw new Error(`The status is ${response.status}, not ${status}`);
  return response;
}

/** The error, which is not a problem: the request did not prefer `application/problem+json`. */
function expectApiError(error: ApiError | Problem): ApiError {
  if (!('message' in error)) throw new Error('The error is a problem');
  return error;
}

const created = expectStatus(await createSong({ song: 'Song 1', artist, year: 2019 }), 201);
const first = created.data.data;
expectEqual(first.artist, artist, 'artist');
expectEqual(first.year, 2019, 'year');
expectEqual(created.headers.get('location'), `/songs/${first.id}`, 'location');
const etag = expectPresent(created.headers.get('etag'), 'entity tag');
for (const song of ['Song 2', 'Song 3', 'Song 4', 'Song 5'])
  expectEqual(expectStatus(await createSong({ song, artist }), 201).data.data.year, null, 'no year');

const titles: string[] = [];
let pages = 0;
for (let cursor: string | undefined, more = true; more; pages++) {
  const { data, headers } = expectStatus(
    await listSongs({ artist, sort: '-song', limit: 2, count: true, cursor }),
    200,
  );
  titles.push(...data.map(({ song }) => song));
  expectEqual(headers.get('x-total-count'), '5', 'total');
  cursor = nextCursor(headers.get('link'));
  more = cursor !== undefined;
}
expectEqual(pages, 3, 'pages');
expectEqual(titles.join(), 'Song 5,Song 4,Song 3,Song 2,Song 1', 'songs on all pages');

const conflict = expectApiError(expectStatus(await createSong({ song: 'Song 1', artist }), 409).data);
expectEqual(conflict.code, 'song_exists', 'code of a conflict');
expectEqual(conflict.message, 'Song already exists', 'message of a conflict');

const invalid = expectApiError(expectStatus(await createSong({ song: '', artist: '' }), 422).data);
expectEqual(invalid.code, 'validation_failed', 'code of a failed validation');
const details = expectPresent(invalid.details, 'details');
expectEqual(details.length, 2, 'failures');
for (const { type, loc, msg } of details) {
  expectEqual(type, 'string_too_short', 'type of a failure');
  expectEqual(loc.slice(0, 1).join(), 'body', 'place of a failure');
  expectEqual(msg, 'String should have at least 1 character', 'message of a failure');
}

expectStatus(await getSong(first.id, { 'If-None-Match': etag }), 304);
const changed = expectStatus(await updateSong(first.id, { year: null }, { 'If-Match': etag }), 200).data.data;
expectEqual(changed.year, null, 'removed year');
expectEqual(changed.song, 'Song 1', 'field that is absent from the patch');
const lost = await replaceSong(first.id, { song: 'Lost update', artist }, { 'If-Match': etag });
expectEqual(
  expectApiError(expectStatus(lost, 412).data).code,
  'precondition_failed',
  'code of a stale write',
);
const read = expectStatus(await getSong(first.id), 200).data;
expectEqual(read.song, 'Song 1', 'title after the stale write');
expectEqual(read.createdAt, first.createdAt, 'instant');

expectStatus(await deleteSong(first.id), 204);
const gone = expectApiError(expectStatus(await getSong(first.id), 404).data);
expectEqual(gone.code, 'song_not_found', 'code after the delete');

const task = expectStatus(await createTask({ title: artist }), 201).data;
expectEqual(task.done, false, 'default of done');
expectEqual(task.description, '', 'default of description');
const found = expectStatus(await listTasks({ q: artist, done: false }), 200).data;
expectEqual(found[0]?.id, task.id, 'found task');
expectEqual(expectStatus(await getHealth(), 200).data.status, 'ok', 'health');
