import { setTimeout as delay } from 'node:timers/promises';
import { type Fault, parsed, withAnswer } from './fault.ts';
import type { Exchange, Reply } from './front.ts';

const isCreate = ({ asked }: Exchange, path: string) => asked.method === 'POST' && asked.path === path;

const songBody = { id: 1_000_000, song: '', artist: '', year: null, createdAt: '2026-11-20T07:00:00.000Z' };

/** What services do and answer, other than the contract has it. */
export const answerFaults: Fault[] = [
  {
    name: 'a wrong status',
    behaviour: () => async (exchange) => {
      const reply = await exchange.forward();
      return { ...reply, status: reply.status === 201 ? 200 : reply.status };
    },
    caughtBy: 'POST /tasks answers 201 with the new row',
  },
  {
    name: 'a wrong value',
    behaviour:
      () =>
      async ({ forward }) =>
        withAnswer(await forward(), (text) => text.replace('"year":1984', '"year":1985')),
    caughtBy: 'GET /songs/{id} answers with the row, as another wrote it',
  },
  {
    name: 'a row that is answered but not stored',
    behaviour: () => async (exchange) => {
      if (!isCreate(exchange, '/songs')) return exchange.forward();
      const headers = { 'content-type': 'application/json', location: `/songs/${songBody.id}` };
      const data = { ...songBody, ...parsed(exchange.asked.body) };
      return { status: 201, headers, body: JSON.stringify({ data }) };
    },
    caughtBy: 'POST /songs answers 201 with the new row',
  },
  {
    name: 'an error as text/html',
    behaviour: () => async (exchange) => {
      const reply = await exchange.forward();
      if (reply.status !== 404) return reply;
      return { status: 404, headers: { 'content-type': 'text/html' }, body: '<h1>Not Found</h1>' };
    },
    caughtBy: 'GET /songs/{id} answers 404 where there is no row',
  },
  {
    name: 'a list without an order',
    behaviour: () => async (exchange) => {
      const reply = await exchange.forward();
      const isList = reply.body.startsWith('[');
      return isList ? withAnswer(reply, (text) => JSON.stringify(JSON.parse(text).reverse())) : reply;
    },
    caughtBy: 'GET /tasks gives 20 rows by default, in the order of their ids',
  },
  {
    name: 'a filter that takes wildcards',
    behaviour: () => async (exchange) => {
      const artist = new URL(exchange.asked.path, 'http://127.0.0.1').searchParams.get('artist');
      if (!artist?.includes('%')) return exchange.forward();
      return withAnswer(await exchange.forward(), () => '[]');
    },
    caughtBy: 'GET /songs filters by text as it was sent: wildcards and placeholders',
  },
  {
    name: 'answers from a cache',
    behaviour: () => {
      const cache = new Map<string, Promise<Reply>>();
      return (exchange) => {
        if (!/^\/songs\/\d+$/.test(exchange.asked.path)) return exchange.forward();
        const cached = cache.get(exchange.asked.path) ?? exchange.forward();
        cache.set(exchange.asked.path, cached);
        return cached;
      };
    },
    caughtBy: 'GET /songs/{id} shows what another changed and removed: nothing is cached',
  },
  {
    name: 'instants without milliseconds',
    behaviour:
      () =>
      async ({ forward }) =>
        withAnswer(await forward(), (text) => text.replaceAll(/\.\d{3}Z"/g, 'Z"')),
    caughtBy: 'GET /tasks/{id} answers with the row, as another wrote it, without what is not for clients',
  },
  {
    name: 'a member that is not for clients',
    behaviour:
      () =>
      async ({ forward }) =>
        withAnswer(await forward(), (text) => text.replace('"done":', '"internal_note":"","done":')),
    caughtBy: 'POST /tasks answers 201 with the new row',
  },
  {
    name: 'a Location of something else',
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
    name: 'an updatedAt that stays',
    behaviour: () => async (exchange) => {
      const { asked, forward, query } = exchange;
      if (asked.method !== 'PUT') return forward();
      const reply = await forward();
      const { id, createdAt } = parsed(reply.body) ?? {};
      await query('UPDATE tasks SET updated_at = created_at WHERE id = $1', [id ?? null]);
      return withAnswer(reply, (text) => text.replace(/"updatedAt":"[^"]*"/, `"updatedAt":"${createdAt}"`));
    },
    caughtBy: 'PUT /tasks/{id} replaces the task, moves updatedAt and keeps createdAt',
  },
  {
    name: 'a second delete that goes well',
    behaviour: () => async (exchange) => {
      const reply = await exchange.forward();
      const isRepeated = exchange.asked.method === 'DELETE' && reply.status === 404;
      return isRepeated ? { status: 204, headers: {}, body: '' } : reply;
    },
    caughtBy: 'DELETE /tasks/{id} answers 204 without a body, and 404 from then on',
  },
  {
    name: 'the database in an error',
    behaviour:
      () =>
      async ({ forward }) =>
        withAnswer(await forward(), (text) =>
          text.replace('Song already exists', 'duplicate key value violates songs_song_artist_key'),
        ),
    caughtBy: 'POST /songs answers 409 to a pair that exists, and changes nothing',
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
    caughtBy: 'POST /songs: of 50 equal creates at once, one is answered 201, the others 409',
  },
];
