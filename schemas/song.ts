import { type Static, Type } from '@sinclair/typebox';
import { Identifier, MAX_INTEGER, Nullable, Text, Timestamp } from './fields.ts';
import { ListQuery, type SortKeys } from './pagination.ts';
import { model, ref } from './ref.ts';

const songFields = {
  song: Text({ minLength: 1, maxLength: 200, description: 'The title.', examples: ['Blinding Lights'] }),
  artist: Text({ minLength: 1, maxLength: 200, description: 'Who performs it.', examples: ['The Weeknd'] }),
  year: Nullable(
    Type.Integer({ minimum: -MAX_INTEGER, maximum: MAX_INTEGER, examples: [2019] }),
    'The year of its release; null when unknown.',
  ),
};

export const SongCreate = model(
  'SongCreate',
  Type.Object(
    { ...songFields, year: Type.Optional(songFields.year) },
    {
      additionalProperties: false,
      description: 'A new song, or the whole new state of an existing one.',
      examples: [{ song: 'Blinding Lights', artist: 'The Weeknd', year: 2019 }],
    },
  ),
);
export type SongCreate = Static<typeof SongCreate>;

export const SongUpdate = model(
  'SongUpdate',
  Type.Partial(Type.Object(songFields), {
    additionalProperties: false,
    description: 'A JSON Merge Patch (RFC 7396) of a song: what is absent stays as it is.',
    examples: [{ year: 2020 }],
  }),
);
export type SongUpdate = Static<typeof SongUpdate>;

export const Song = model(
  'Song',
  Type.Object(
    {
      id: Identifier('The song’s id.'),
      ...songFields,
      createdAt: Timestamp('When the song was added.'),
    },
    {
      description: 'A song of the catalogue. The pair of `song` and `artist` is unique.',
      examples: [
        {
          id: 4,
          song: 'Blinding Lights',
          artist: 'The Weeknd',
          year: 2019,
          createdAt: '2026-11-20T07:28:35.123Z',
        },
      ],
    },
  ),
);
export type Song = Static<typeof Song>;

export const SongEnvelope = model(
  'SongEnvelope',
  Type.Object({ data: ref(Song) }, { description: 'The song that was written.' }),
);

export const SongList = model(
  'SongList',
  Type.Array(ref(Song), { description: 'One page of songs.', maxItems: 100 }),
);

/** What songs can be sorted by. */
export const songSortKeys = {
  id: 'integer',
  song: 'text',
  artist: 'text',
  year: 'integer',
  createdAt: 'instant',
} as const satisfies SortKeys;

export const SongQuery = ListQuery(songSortKeys, {
  song: Type.Optional(
    Text({ minLength: 1, maxLength: 200, description: 'Only songs with exactly this title.' }),
  ),
  artist: Type.Optional(
    Text({ minLength: 1, maxLength: 200, description: 'Only songs by exactly this artist.' }),
  ),
  year: Type.Optional(
    Type.Integer({ minimum: -MAX_INTEGER, maximum: MAX_INTEGER, description: 'Only songs of this year.' }),
  ),
  q: Type.Optional(
    Text({
      minLength: 1,
      maxLength: 200,
      description: 'Only songs with this text in the title or artist, in either case.',
    }),
  ),
});
export type SongQuery = Static<typeof SongQuery>;
