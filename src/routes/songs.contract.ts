import { Type } from '@sinclair/typebox';
import type { FastifySchema } from 'fastify';
import { Identifier } from '../../schemas/fields.ts';
import { ref } from '../../schemas/ref.ts';
import { Song, SongCreate, SongEnvelope, SongList, SongQuery, SongUpdate } from '../../schemas/song.ts';
import { IfMatch, IfNoneMatch } from '../http/conditional-requests.ts';
import { NoQuery, PATCH_TYPES } from '../http/requests.ts';
import { answer, BODY_ERRORS, emptyAnswer, errorAnswers, RESOURCE_ERRORS } from '../http/responses.ts';

const all = { tags: ['songs'], security: [] };
const one = { ...all, params: Type.Object({ id: Identifier('The song’s id.') }), querystring: NoQuery };

export const listSongs = {
  ...all,
  operationId: 'listSongs',
  summary: 'List songs',
  description: 'One page of the songs that meet every filter. Follow the `Link` header for the next page.',
  querystring: SongQuery,
  response: {
    200: answer('One page of songs', ref(SongList), 'Link', 'X-Total-Count'),
    ...errorAnswers(...RESOURCE_ERRORS),
  },
} satisfies FastifySchema;

export const createSong = {
  ...all,
  operationId: 'createSong',
  summary: 'Create a song',
  description: 'Adds a song to the catalogue, unless there is one with this title by this artist.',
  querystring: NoQuery,
  body: ref(SongCreate),
  response: {
    201: answer('The created song', ref(SongEnvelope), 'Location', 'ETag'),
    ...errorAnswers(...RESOURCE_ERRORS, ...BODY_ERRORS, 'song_exists'),
  },
} satisfies FastifySchema;

export const getSong = {
  ...one,
  operationId: 'getSong',
  summary: 'Get a song',
  description: 'Reads one song, as the database holds it now.',
  headers: IfNoneMatch,
  response: {
    200: answer('The song', ref(Song), 'ETag'),
    304: emptyAnswer('The client has this version already', 'ETag'),
    ...errorAnswers(...RESOURCE_ERRORS, 'song_not_found'),
  },
} satisfies FastifySchema;

const written = {
  200: answer('The song as it is now', ref(SongEnvelope), 'ETag'),
  ...errorAnswers(...RESOURCE_ERRORS, ...BODY_ERRORS, 'song_not_found', 'song_exists', 'precondition_failed'),
};

export const replaceSong = {
  ...one,
  operationId: 'replaceSong',
  summary: 'Replace a song',
  description: 'Gives a song a whole new state. What the body leaves out gets its default.',
  headers: IfMatch,
  body: ref(SongCreate),
  response: written,
} satisfies FastifySchema;

export const updateSong = {
  ...one,
  operationId: 'updateSong',
  summary: 'Update a song',
  description: 'Changes the fields that the JSON Merge Patch (RFC 7396) holds.',
  headers: IfMatch,
  consumes: PATCH_TYPES,
  body: ref(SongUpdate),
  response: written,
} satisfies FastifySchema;

export const deleteSong = {
  ...one,
  operationId: 'deleteSong',
  summary: 'Delete a song',
  description: 'Removes a song for good. Its id is not given out again.',
  headers: IfMatch,
  response: {
    204: emptyAnswer('The song is gone'),
    ...errorAnswers(...RESOURCE_ERRORS, 'song_not_found', 'precondition_failed'),
  },
} satisfies FastifySchema;
