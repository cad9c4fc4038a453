import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { writtenRow } from '../../crud/written-row.ts';
import { ServiceError } from '../../errors/service-error.ts';
import { pathUnderBase } from '../../http/base-path.ts';
import { callerOf } from '../../http/caller.ts';
import {
  checkCreatePreconditions,
  entityTag,
  isNotModified,
  REVALIDATED,
  writePreconditions,
} from '../../http/conditional-requests.ts';
import { describePage } from '../../http/pagination.ts';
import { refusePartialPut } from '../../http/requests.ts';
import {
  createSong,
  deleteSong,
  getSong,
  listSongs,
  replaceSong,
  songLinks,
  updateSong,
} from './contract.ts';
import type { SongsRepository } from './repository.ts';

/** The songs catalogue over HTTP. */
export const songRoutes: FastifyPluginAsyncTypebox<{ songs: SongsRepository }> = async (app, { songs }) => {
  app.get('', { schema: listSongs, links: songLinks.list }, async (request, reply) => {
    const { query } = request;
    const caller = callerOf(request);
    const [page, total] = await Promise.all([
      songs.list(query, caller),
      query.count ? songs.count(query, caller) : undefined,
    ]);
    describePage(request, reply, { path: '/songs', query, next: page.next, total });
    return page.rows;
  });

  app.post('', { schema: createSong, links: songLinks.create }, async (request, reply) => {
    checkCreatePreconditions(request.headers);
    const song = await songs.create(request.body, callerOf(request));
    if (!song) throw new ServiceError('song_exists');
    reply
      .code(201)
      .header('location', pathUnderBase(request.originalUrl, `/songs/${song.id}`))
      .header('etag', entityTag(song.version));
    return { data: song };
  });

  app.get('/:id', { schema: getSong, links: songLinks.get }, async (request, reply) => {
    const song = await songs.find(request.params.id, callerOf(request));
    if (!song) throw new ServiceError('song_not_found');
    reply.header('etag', entityTag(song.version)).header('cache-control', REVALIDATED);
    return isNotModified(request.headers, song.version) ? reply.code(304).send() : song;
  });

  app.put(
    '/:id',
    { schema: replaceSong, links: songLinks.write, onRequest: refusePartialPut },
    async (request, reply) => {
      const preconditions = writePreconditions(request.headers);
      const song = writtenRow(
        await songs.update(
          { ...request.params, ...preconditions, patch: { year: null, ...request.body } },
          callerOf(request),
        ),
        'song_not_found',
      );
      reply.header('etag', entityTag(song.version));
      return { data: song };
    },
  );

  app.patch('/:id', { schema: updateSong, links: songLinks.write }, async (request, reply) => {
    const preconditions = writePreconditions(request.headers);
    const song = writtenRow(
      await songs.update({ ...request.params, ...preconditions, patch: request.body }, callerOf(request)),
      'song_not_found',
    );
    reply.header('etag', entityTag(song.version));
    return { data: song };
  });

  app.delete('/:id', { schema: deleteSong }, async (request, reply) => {
    const preconditions = writePreconditions(request.headers);
    writtenRow(
      await songs.delete({ ...request.params, ...preconditions }, callerOf(request)),
      'song_not_found',
    );
    return reply.code(204).send();
  });
};
