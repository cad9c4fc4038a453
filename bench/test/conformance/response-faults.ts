import { setTimeout as delay } from 'node:timers/promises';
import { type Fault, parsed, withResponse } from './fault.ts';
import type { Exchange, Reply } from './front.ts';

const isCreate = ({ asked }: Exchange, path: string) => asked.method === 'POST' && asked.path === path;

const songBody = { id: 1_000_000, song: '', artist: '', year: null, createdAt: '2026-11-20T07:00:00.000Z' };

/** Violations of the contract in responses. */
export const responseFaults: Fault[] = [
  {
    name: 'a wrong status',
    behaviour: () => async (exchange) => {
      const reply = await exchange.forward();
      return { ...reply, status: reply.status === 201 ? 200 : reply.status };
    },
    caughtBy: 'POST /tasks returns 201 with the new row',
  },
  {
    name: 'a wrong value',
    behaviour:
      () =>
      async ({ forward }) =>
        withResponse(await forward(), (text) => text.replace('"year":1984', '"year":1985')),
    caughtBy: 'GET /songs/{id} returns a row that another client wrote',
  },
  {
    name: 'a row that is returned but not stored',
    behaviour: () => async (exchange) => {
      if (!isCreate(exchange, '/songs')) return exchange.forward();
      const headers = { 'content-type': 'application/json', location: `/songs/${songBody.id}` };
      const data = { ...songBody, ...parsed(exchange.asked.body) };
      return { status: 201, headers, body: JSON.stringify({ data }) };
    },
    caughtBy: 'POST /songs returns 201 with the new row',
  },
  {
    name: 'an error as text/html',
    behaviour: () => async (exchange) => {
      const reply = await exchange.forward();
      if (reply.status !== 404) return reply;
      return { status: 404, headers: { 'content-type': 'text/html' }, body: '<h1>Not Found</h1>' };
    },
    caughtBy: 'GET /songs/{id} returns 404 if there is no row',
  },
  {
    name: 'a list without an order',
    behaviour: () => async (exchange) => {
      const reply = await exchange.forward();
      const isList = reply.body.startsWith('[');
      return isList ? withResponse(reply, (text) => JSON.stringify(JSON.parse(text).reverse())) : reply;
    },
    caughtBy: 'GET /tasks returns 20 rows by default, sorted by id',
  },
  {
    name: 'a filter that interprets wildcards',
    behaviour: () => async (exchange) => {
      const artist = new URL(exchange.asked.path, 'http://127.0.0.1').searchParams.get('artist');
      if (!artist?.includes('%')) return exchange.forward();
      return withResponse(await exchange.forward(), () => '[]');
    },
    caughtBy: 'GET /songs filters by unchanged text: wildcards and placeholders',
  },
  {
    name: 'responses from a cache',
    behaviour: () => {
      const cache = new Map<string, Promise<Reply>>();
      return (exchange) => {
        if (!/^\/songs\/\d+$/.test(exchange.asked.path)) return exchange.forward();
        const cached = cache.get(exchange.asked.path) ?? exchange.forward();
        cache.set(exchange.asked.path, cached);
        return cached;
      };
    },
    caughtBy: 'GET /songs/{id} shows changes and deletes of other clients: there is no cache',
  },
  {
    name: 'instants without milliseconds',
    behaviour:
      () =>
      async ({ forward }) =>
        withResponse(await forward(), (text) => text.replaceAll(/\.\d{3}Z"/g, 'Z"')),
    caughtBy: 'GET /tasks/{id} returns a row that another client wrote, without internal columns',
  },
  {
    name: 'an internal column',
    behaviour:
      () =>
      async ({ forward }) =>
        withResponse(await forward(), (text) => text.replace('"done":', '"internal_note":"","done":')),
    caughtBy: 'POST /tasks returns 201 with the new row',
  },
  {
    name: 'a Location of another resource',
    behaviour:
      () =>
      async ({ forward }) => {
        const reply = await forward();
        return {
          ...reply,
          headers: { ...reply.headers, ...('location' in reply.headers && { location: '/' }) },
        };
      },
    caughtBy: 'POST /tasks sends the Location of the new task',
  },
  {
    name: 'an updatedAt that does not change',
    behaviour: () => async (exchange) => {
      const { asked, forward, query } = exchange;
      if (asked.method !== 'PUT') return forward();
      const reply = await forward();
      const { id, createdAt } = parsed(reply.body) ?? {};
      await query('UPDATE tasks SET updated_at = created_at WHERE id = $1', [id ?? null]);
      return withResponse(reply, (text) => text.replace(/"updatedAt":"[^"]*"/, `"updatedAt":"${createdAt}"`));
    },
    caughtBy: 'PUT /tasks/{id} replaces the task, updates updatedAt and keeps createdAt',
  },
  {
    name: 'a second delete that succeeds',
    behaviour: () => async (exchange) => {
      const reply = await exchange.forward();
      const isRepeated = exchange.asked.method === 'DELETE' && reply.status === 404;
      return isRepeated ? { status: 204, headers: {}, body: '' } : reply;
    },
    caughtBy: 'DELETE /tasks/{id} returns 204 without a body, and 404 afterwards',
  },
  {
    name: 'an error that reveals the database',
    behaviour:
      () =>
      async ({ forward }) =>
        withResponse(await forward(), (text) =>
          text.replace('Song already exists', 'duplicate key value violates songs_song_artist_key'),
        ),
    caughtBy: 'POST /songs returns 409 for a pair that exists, and changes nothing',
  },
  {
    name: 'a race that creates two rows',
    behaviour: () => async (exchange) => {
      const { asked, forward, query } = exchange;
      const { song, artist, year } = parsed(asked.body) ?? {};
      if (!isCreate(exchange, '/songs') || song === undefined) return forward();
      const found = await query('SELECT 1 FROM songs WHERE song = $1 AND artist = $2', [song, artist]);
      await delay(50);
      if (found.rows.length === 0) {
        await query('ALTER TABLE songs DROP CONSTRAINT IF EXISTS songs_song_artist_key');
        await query('INSERT INTO songs (song, artist, year) VALUES ($1, $2, $3)', [
          song,
          artist,
          year ?? null,
        ]);
      }
      const error = { error: 'ConflictError', message: 'Song already exists' };
      const headers = { 'content-type': 'application/json' };
      return found.rows.length > 0
        ? { status: 409, headers, body: JSON.stringify(error) }
        : { status: 201, headers, body: JSON.stringify({ data: songBody }) };
    },
    caughtBy: 'POST /songs: of 50 equal creates at once, one gets 201, the others 409',
  },
];
