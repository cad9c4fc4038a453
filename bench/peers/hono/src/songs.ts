import { Hono } from 'hono';
import type { Pool } from 'pg';
import { HttpError } from './errors.ts';
import { Id, SongCreate, SongQuery } from './schemas.ts';
import { createSong, findSong, listSongs } from './songs-repository.ts';
import { validate } from './validator.ts';

export const songs = (pool: Pool) =>
  new Hono()
    .get('/', validate('query', SongQuery), async (context) =>
      context.json(await listSongs(pool, context.req.valid('query'))),
    )
    .get('/:id', validate('param', Id), async (context) => {
      const song = await findSong(pool, context.req.valid('param').id);
      if (!song) throw new HttpError(404, 'Song not found');
      return context.json(song);
    })
    .post('/', validate('json', SongCreate), async (context) => {
      const song = await createSong(pool, context.req.valid('json'));
      if (!song) throw new HttpError(409, 'Song already exists');
      return context.json({ data: song }, 201, { Location: `/songs/${song.id}` });
    });
