// A round trip through the client of openapi-typescript and openapi-fetch, against the service at SETLIST_URL.
import createClient from 'openapi-fetch';
import { expectEqual, expectPresent } from '../shared/expect.ts';
import { nextCursor } from '../shared/next-cursor.ts';
import type { paths } from './generated/setlist.ts';

// The second type argument is the media type of responses: without it, errors could also be problems.
const client = createClient<paths, 'application/json'>({
  baseUrl: process.env.SETLIST_URL ?? '',
  headers: { authorization: `Bearer ${process.env.SETLIST_CREDENTIAL}` },
});
const artist = 'openapi-fetch';

const created = await client.POST('/songs', { body: { song: 'Song 1', artist, year: 2019 } });
expectEqual(created.response.status, 201, 'status of a create');
const { data: first } = expectPresent(created.data, 'created song');
expectEqual(first.artist, artist, 'artist');
expectEqual(first.year, 2019, 'year');
expectEqual(created.response.headers.get('location'), `/songs/${first.id}`, 'location');
const etag = expectPresent(created.response.headers.get('etag'), 'entity tag');
for (const song of ['Song 2', 'Song 3', 'Song 4', 'Song 5'])
  expectEqual((await client.POST('/songs', { body: { song, artist } })).data?.data.year, null, 'no year');

const titles: string[] = [];
let pages = 0;
for (let cursor: string | undefined, more = true; more; pages++) {
  // A literal of this type: the parameters of the client are generic and accept unknown fields.
  const query: NonNullable<paths['/songs']['get']['parameters']['query']> = {
    artist,
    sort: '-song',
    limit: 2,
    count: true,
    cursor,
  };
  const { data, response } = await client.GET('/songs', { params: { query } });
  titles.push(...expectPresent(data, 'page').map(({ song }) => song));
  expectEqual(response.headers.get('x-total-count'), '5', 'total');
  cursor = nextCursor(response.headers.get('link'));
  more = cursor !== undefined;
}
expectEqual(pages, 3, 'pages');
expectEqual(titles.join(), 'Song 5,Song 4,Song 3,Song 2,Song 1', 'songs on all pages');

const conflict = await client.POST('/songs', { body: { song: 'Song 1', artist } });
expectEqual(conflict.response.status, 409, 'status of a conflict');
expectEqual(conflict.error?.code, 'song_exists', 'code of a conflict');
expectEqual(conflict.error?.message, 'Song already exists', 'message of a conflict');

const invalid = await client.POST('/songs', { body: { song: '', artist: '' } });
expectEqual(invalid.response.status, 422, 'status of a failed validation');
expectEqual(invalid.error?.code, 'validation_failed', 'code of a failed validation');
const details = expectPresent(invalid.error?.details, 'details');
expectEqual(details.length, 2, 'failures');
for (const { type, loc, msg } of details) {
  expectEqual(type, 'string_too_short', 'type of a failure');
  expectEqual(loc.slice(0, 1).join(), 'body', 'place of a failure');
  expectEqual(msg, 'String should have at least 1 character', 'message of a failure');
}

const path = { id: first.id };
const known = await client.GET('/songs/{id}', { params: { path, header: { 'If-None-Match': etag } } });
expectEqual(known.response.status, 304, 'status of a conditional read');
const changed = await client.PATCH('/songs/{id}', {
  params: { path, header: { 'If-Match': etag } },
  body: { year: null },
});
expectEqual(changed.data?.data.year, null, 'removed year');
expectEqual(changed.data?.data.song, 'Song 1', 'field that is absent from the patch');
const stale = await client.PUT('/songs/{id}', {
  params: { path, header: { 'If-Match': etag } },
  body: { song: 'Lost update', artist },
});
expectEqual(stale.response.status, 412, 'status of a stale write');
expectEqual(stale.error?.code, 'precondition_failed', 'code of a stale write');
const read = await client.GET('/songs/{id}', { params: { path } });
expectEqual(read.data?.song, 'Song 1', 'title after the stale write');
expectEqual(read.data?.createdAt, first.createdAt, 'instant');

expectEqual((await client.DELETE('/songs/{id}', { params: { path } })).response.status, 204, 'delete');
const gone = await client.GET('/songs/{id}', { params: { path } });
expectEqual(gone.response.status, 404, 'status after the delete');
expectEqual(gone.error?.code, 'song_not_found', 'code after the delete');

const task = await client.POST('/tasks', { body: { title: artist } });
expectEqual(task.data?.done, false, 'default of done');
expectEqual(task.data?.description, '', 'default of description');
const found = await client.GET('/tasks', { params: { query: { q: artist, done: false } } });
expectEqual(found.data?.[0]?.id, task.data?.id, 'found task');
expectEqual((await client.GET('/health')).data?.status, 'ok', 'health');
