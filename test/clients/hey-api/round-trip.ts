// A round trip through the client of @hey-api/openapi-ts, against the service at SETLIST_URL.
import { expectEqual, expectPresent } from '../shared/expect.ts';
import { nextCursor } from '../shared/next-cursor.ts';
import { client } from './generated/client.gen.js';
import {
  createSong,
  createTask,
  deleteSong,
  getHealth,
  getSong,
  listSongs,
  listTasks,
  type ReplaceSongData,
  replaceSong,
  updateSong,
} from './generated/index.js';

client.setConfig({
  baseUrl: process.env.SETLIST_URL ?? '',
  auth: process.env.SETLIST_CREDENTIAL,
});
const artist = 'hey-api';

const created = await createSong({ body: { song: 'Song 1', artist, year: 2019 } });
expectEqual(created.response?.status, 201, 'status of a create');
const { data: first } = expectPresent(created.data, 'created song');
expectEqual(first.artist, artist, 'artist');
expectEqual(first.year, 2019, 'year');
expectEqual(created.response?.headers.get('location'), `/songs/${first.id}`, 'location');
const etag = expectPresent(created.response?.headers.get('etag'), 'entity tag');
for (const song of ['Song 2', 'Song 3', 'Song 4', 'Song 5'])
  expectEqual((await createSong({ body: { song, artist } })).data?.data.year, null, 'no year');

const titles: string[] = [];
let pages = 0;
for (let cursor: string | undefined, more = true; more; pages++) {
  const { data, response } = await listSongs({
    query: { artist, sort: '-song', limit: 2, count: true, cursor },
  });
  titles.push(...expectPresent(data, 'page').map(({ song }) => song));
  expectEqual(response?.headers.get('x-total-count'), '5', 'total');
  cursor = nextCursor(response?.headers.get('link'));
  more = cursor !== undefined;
}
expectEqual(pages, 3, 'pages');
expectEqual(titles.join(), 'Song 5,Song 4,Song 3,Song 2,Song 1', 'songs on all pages');

const conflict = await createSong({ body: { song: 'Song 1', artist } });
expectEqual(conflict.response?.status, 409, 'status of a conflict');
expectEqual(conflict.error?.code, 'song_exists', 'code of a conflict');
expectEqual(conflict.error?.message, 'Song already exists', 'message of a conflict');

const invalid = await createSong({ body: { song: '', artist: '' } });
expectEqual(invalid.response?.status, 422, 'status of a failed validation');
expectEqual(invalid.error?.code, 'validation_failed', 'code of a failed validation');
const details = expectPresent(invalid.error?.details, 'details');
expectEqual(details.length, 2, 'failures');
for (const { type, loc, msg } of details) {
  expectEqual(type, 'string_too_short', 'type of a failure');
  expectEqual(loc.slice(0, 1).join(), 'body', 'place of a failure');
  expectEqual(msg, 'String should have at least 1 character', 'message of a failure');
}

const path = { id: first.id };
const known = await getSong({ path, headers: { 'If-None-Match': etag } });
expectEqual(known.response?.status, 304, 'status of a conditional read');
const changed = await updateSong({ path, headers: { 'If-Match': etag }, body: { year: null } });
expectEqual(changed.data?.data.year, null, 'removed year');
expectEqual(changed.data?.data.song, 'Song 1', 'field that is absent from the patch');
// The options accept any header; the type of this one comes from the document.
const headers: ReplaceSongData['headers'] = { 'If-Match': etag };
const stale = await replaceSong({ path, headers, body: { song: 'Lost update', artist } });
expectEqual(stale.response?.status, 412, 'status of a stale write');
expectEqual(stale.error?.code, 'precondition_failed', 'code of a stale write');
const read = await getSong({ path });
expectEqual(read.data?.song, 'Song 1', 'title after the stale write');
expectEqual(read.data?.createdAt, first.createdAt, 'instant');

expectEqual((await deleteSong({ path })).response?.status, 204, 'delete');
const gone = await getSong({ path });
expectEqual(gone.response?.status, 404, 'status after the delete');
expectEqual(gone.error?.code, 'song_not_found', 'code after the delete');

const task = await createTask({ body: { title: artist } });
expectEqual(task.data?.done, false, 'default of done');
expectEqual(task.data?.description, '', 'default of description');
const found = await listTasks({ query: { q: artist, done: false } });
expectEqual(found.data?.[0]?.id, task.data?.id, 'found task');
expectEqual((await getHealth()).data?.status, 'ok', 'health');
