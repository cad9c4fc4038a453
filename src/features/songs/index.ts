import { song } from '../../../schemas/song.ts';
import { batched } from '../../crud/batched.ts';
import { contractOf } from '../../crud/contract.ts';
import { repositoryOf } from '../../crud/repository.ts';
import { registerRoutes, routesOf } from '../../crud/routes.ts';
import { defineError } from '../../errors/define-error.ts';
import { registerTransfer } from '../../transfer/routes.ts';
import type { Feature } from '../feature.ts';

const errors = {
  notFound: defineError('song_not_found', 404, 'Song not found'),
  conflict: defineError('song_exists', 409, 'Song already exists'),
};

/** The songs catalogue. */
export const songs: Feature = async (app) => {
  const repository = batched(song, repositoryOf(song, app.databases), app.batching);
  registerRoutes(app, song, contractOf(song, errors), routesOf(song, repository, errors));
  registerTransfer(app, song, errors);
};
