// A round trip through the axios client of kubb, against the service at SETLIST_URL.
import { isAxiosError } from 'axios';
import { expectEqual, expectPresent } from '../shared/expect.ts';
import { nextCursor } from '../shared/next-cursor.ts';
import { setConfig } from './generated/.kubb/fetch.js';
import {
  type CreateSong409,
  type CreateSong422,
  createSong,
  createTask,
  deleteSong,
  type GetSong404,
  getHealth,
  getSong,
  listSongs,
  listTasks,
  type ReplaceSong412,
  replaceSong,
  updateSong,
} from './generated/index.js';

setConfig({
  baseURL: process.env.SETLIST_URL ?? '',
  headers: { authorization: `Bearer ${process.env.SETLIST_CREDENTIAL}` },
});
const artist = 'kubb';

/** The body of the expected error. Its type comes from the document, by status. */
async function expectError<Body>(call: Promise<unknown>, status: number): Promise<Body> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isAxiosError<Body>(error)) throw new Error(`The call did not end with an error: ${error}`);
  expectEqual(error.response?.status, status, 'status of an error');
  return expectPresent(error.response, 'response').data;
}

const created = await createSong({ song: 'Song 1', artist, year: 2019 });
expectEqual(created.status, 201, 'status of a create');
const first = created.data.data;
expectEqual(first.artist, artist, 'artist');
expectEqual(first.year, 2019, 'year');
expectEqual(created.headers.location, `/songs/${first.id}`, 'location');
const etag = String(expectPresent(created.headers.etag, 'entity tag'));
for (const song of ['Song 2', 'Song 3', 'Song 4', 'Song 5'])
  expectEqual((await createSong({ song, artist })).data.data.year, null, 'no year');

const titles: string[] = [];
let pages = 0;
for (let cursor: string | undefined, more = true; more; pages++) {
  const { data, headers } = await listSongs({ artist, sort: '-song', limit: 2, count: true, cursor });
  titles.push(...data.map(({ song }) => song));
  expectEqual(headers['x-total-count'], '5', 'total');
  cursor = nextCursor(headers.link);
  more = cursor !== undefined;
}
expectEqual(pages, 3, 'pages');
expectEqual(titles.join(), 'Song 5,Song 4,Song 3,Song 2,Song 1', 'songs on all pages');

const conflict = await expectError<CreateSong409>(createSong({ song: 'Song 1', artist }), 409);
expectEqual(conflict.code, 'song_exists', 'code of a conflict');
expectEqual(conflict.message, 'Song already exists', 'message of a conflict');

const invalid = await expectError<CreateSong422>(createSong({ song: '', artist: '' }), 422);
expectEqual(invalid.code, 'validation_failed', 'code of a failed validation');
const details = expectPresent(invalid.details, 'details');
expectEqual(details.length, 2, 'failures');
for (const { type, loc, msg } of details) {
  expectEqual(type, 'string_too_short', 'type of a failure');
  expectEqual(loc.slice(0, 1).join(), 'body', 'place of a failure');
  expectEqual(msg, 'String should have at least 1 character', 'message of a failure');
}

const changed = await updateSong(first.id, { year: null }, { 'If-Match': etag });
expectEqual(changed.data.data.year, null, 'removed year');
expectEqual(changed.data.data.song, 'Song 1', 'field that is absent from the patch');
const lost = replaceSong(first.id, { song: 'Lost update', artist }, { 'If-Match': etag });
const stale = await expectError<ReplaceSong412>(lost, 412);
expectEqual(stale.code, 'precondition_failed', 'code of a stale write');
const { data: read } = await getSong(first.id);
expectEqual(read.song, 'Song 1', 'title after the stale write');
expectEqual(read.createdAt, first.createdAt, 'instant');

expectEqual((await deleteSong(first.id)).status, 204, 'delete');
const gone = await expectError<GetSong404>(getSong(first.id), 404);
expectEqual(gone.code, 'song_not_found', 'code after the delete');

const { data: task } = await createTask({ title: artist });
expectEqual(task.done, false, 'default of done');
expectEqual(task.description, '', 'default of description');
const { data: found } = await listTasks({ q: artist, done: false });
expectEqual(found[0]?.id, task.id, 'found task');
expectEqual((await getHealth()).data.status, 'ok', 'health');
