import { song } from '../../../schemas/song.ts';
import { batched } from '../../crud/batched.ts';
import { contractOf } from '../../crud/contract.ts';
import { repositoryOf } from '../../crud/repository.ts';
import { registerRoutes, routesOf } from '../../crud/routes.ts';
import type { Feature } from '../feature.ts';

const errors = { notFound: 'song_not_found', refused: 'song_exists' } as const;

/** The songs catalogue. */
export const songs: Feature = async (app) => {
  const repository = batched(song, repositoryOf(song, app.databases), app.batching);
  registerRoutes(app, song, contractOf(song, errors), routesOf(song, repository, errors));
};
