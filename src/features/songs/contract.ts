import { Type } from '@sinclair/typebox';
import type { FastifySchema } from 'fastify';
import { Identifier } from '../../../schemas/fields.ts';
import { ref } from '../../../schemas/ref.ts';
import {
  exampleSong,
  Song,
  SongCreate,
  SongEnvelope,
  SongList,
  SongQuery,
  SongUpdate,
} from '../../../schemas/song.ts';
import { ReadPreconditions, WritePreconditions } from '../../http/conditional-requests.ts';
import { MERGE_PATCH_DOCS, NoQuery, PATCH_TYPES } from '../../http/requests.ts';
import { errorAnswers, occurrence } from '../../openapi/error-responses.ts';
import { links } from '../../openapi/links.ts';
import {
  BODY_ERRORS,
  LIST_ERRORS,
  PATCH_ERRORS,
  PUT_ERRORS,
  preconditionFailed,
  RESOURCE_ERRORS,
} from '../../openapi/request-errors.ts';
import { answer, emptyAnswer, withExample } from '../../openapi/responses.ts';

const all = { tags: ['songs'], security: [] };
const one = { ...all, params: Type.Object({ id: Identifier('The song’s id.') }), querystring: NoQuery };

const songNotFound = occurrence('song_not_found', { path: '/songs/404' });
const songExists = occurrence('song_exists');
const invalidSong = occurrence('validation_failed', {
  name: 'InvalidSong',
  details: [
    {
      type: 'string_too_short',
      loc: ['body', 'song'],
      msg: 'String should have at least 1 character',
      input: '',
    },
    { type: 'int_type', loc: ['body', 'year'], msg: 'Input should be a valid integer', input: '2019' },
  ],
});

export const listSongs = {
  ...all,
  operationId: 'listSongs',
  summary: 'List songs',
  description: 'One page of the songs that meet every filter. Follow the `Link` header for the next page.',
  querystring: SongQuery,
  response: {
    200: answer('One page of songs', ref(SongList), 'Link', 'X-Total-Count'),
    ...errorAnswers(...LIST_ERRORS),
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
    ...errorAnswers(...BODY_ERRORS, invalidSong, songExists, preconditionFailed),
  },
} satisfies FastifySchema;

export const getSong = {
  ...one,
  operationId: 'getSong',
  summary: 'Get a song',
  description: 'Reads one song, as the database holds it now.',
  headers: ReadPreconditions,
  response: {
    200: answer('The song', ref(Song), 'ETag'),
    304: emptyAnswer('The client has this version already', 'ETag'),
    ...errorAnswers(...RESOURCE_ERRORS, songNotFound, preconditionFailed),
  },
} satisfies FastifySchema;

const written = (example: Song, bodyErrors: typeof PUT_ERRORS) => ({
  200: withExample(answer('The song as it is now', ref(SongEnvelope), 'ETag'), { data: example }),
  ...errorAnswers(...bodyErrors, invalidSong, songNotFound, songExists, preconditionFailed),
});

export const replaceSong = {
  ...one,
  operationId: 'replaceSong',
  summary: 'Replace a song',
  description: 'Gives a song a whole new state. What the body leaves out gets its default.',
  headers: WritePreconditions,
  body: ref(SongCreate),
  // What the first song is anyway: the example of a create would meet the song that the create made.
  'x-request-example': { song: 'Square Hammer', artist: 'Ghost', year: 2016 },
  response: written(exampleSong, PUT_ERRORS),
} satisfies FastifySchema;

export const updateSong = {
  ...one,
  operationId: 'updateSong',
  summary: 'Update a song',
  description: 'Changes the fields that the JSON Merge Patch (RFC 7396) holds.',
  externalDocs: MERGE_PATCH_DOCS,
  headers: WritePreconditions,
  consumes: PATCH_TYPES,
  body: ref(SongUpdate),
  response: written(exampleSong, PATCH_ERRORS),
} satisfies FastifySchema;

export const deleteSong = {
  ...one,
  operationId: 'deleteSong',
  summary: 'Delete a song',
  description: 'Removes a song for good. Its id is not given out again.',
  headers: WritePreconditions,
  response: {
    204: emptyAnswer('The song is gone'),
    ...errorAnswers(...RESOURCE_ERRORS, songNotFound, preconditionFailed),
  },
} satisfies FastifySchema;

/** Where a client can go on from an answer, by operation and status. */
export const songLinks = {
  list: { 200: links('$response.body#/0/id', getSong) },
  create: { 201: links('$response.body#/data/id', getSong, replaceSong, updateSong, deleteSong) },
  get: { 200: links('$request.path.id', replaceSong, updateSong, deleteSong) },
  write: { 200: links('$request.path.id', getSong, replaceSong, updateSong, deleteSong) },
};
