import { Router } from 'express';
import type { Pool } from 'pg';
import { HttpError } from './errors.ts';
import { Id, SongCreate, SongQuery } from './schemas.ts';
import { createSong, findSong, listSongs } from './songs-repository.ts';

export function songsRouter(pool: Pool): Router {
  const router = Router();

  router.get('/', async (request, response) => {
    response.json(await listSongs(pool, SongQuery.parse(request.query)));
  });

  router.get('/:id', async (request, response) => {
    const song = await findSong(pool, Id.parse(request.params).id);
    if (!song) throw new HttpError(404, 'Song not found');
    response.json(song);
  });

  router.post('/', async (request, response) => {
    const song = await createSong(pool, SongCreate.parse(request.body));
    if (!song) throw new HttpError(409, 'Song already exists');
    response.status(201).location(`/songs/${song.id}`).json({ data: song });
  });

  return router;
}
