import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { HttpError } from './errors.ts';
import { Id, responses, Song, SongCreate, SongQuery } from './schemas.ts';

const columns = 'id, song, artist, year, created_at AS "createdAt"';

export const songRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/',
    { schema: { querystring: SongQuery, response: responses({ 200: Type.Array(Song) }) } },
    async ({ query: { limit, ...filters } }) => {
      const given = Object.entries(filters);
      const conditions = given.map(([column], index) => `${column} = $${index + 2}`);
      const where = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
      const { rows } = await app.pg.query<Song>({
        name: `list-songs ${given.map(([column]) => column)}`,
        text: `SELECT ${columns} FROM songs ${where} ORDER BY id LIMIT $1`,
        values: [limit, ...given.map(([, value]) => value)],
      });
      return rows;
    },
  );

  app.get('/:id', { schema: { params: Id, response: responses({ 200: Song }) } }, async ({ params }) => {
    const { rows } = await app.pg.query<Song>({
      name: 'find-song',
      text: `SELECT ${columns} FROM songs WHERE id = $1`,
      values: [params.id],
    });
    if (!rows[0]) throw new HttpError(404, 'Song not found');
    return rows[0];
  });

  app.post(
    '/',
    { schema: { body: SongCreate, response: responses({ 201: Type.Object({ data: Song }) }) } },
    async ({ body: { song, artist, year } }, reply) => {
      const { rows } = await app.pg.query<Song>({
        name: 'create-song',
        text: `INSERT INTO songs (song, artist, year) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING ${columns}`,
        values: [song, artist, year ?? null],
      });
      if (!rows[0]) throw new HttpError(409, 'Song already exists');
      reply.code(201).header('location', `/songs/${rows[0].id}`);
      return { data: rows[0] };
    },
  );
};
