import { type Static, Type } from '@sinclair/typebox';
import { Identifier, Int32, Nullable, Text, Timestamp } from './fields.ts';
import { ListQuery, type SortKeys } from './pagination.ts';
import { model, ref } from './ref.ts';

/** The song that the example of a create makes. */
const createdSong = {
  id: 4,
  song: 'Blinding Lights',
  artist: 'The Weeknd',
  year: 2019,
  createdAt: '2026-11-20T07:28:35.123Z',
};
/** The first song of a new database. */
export const exampleSong = {
  id: 1,
  song: 'Square Hammer',
  artist: 'Ghost',
  year: 2016,
  createdAt: '2026-11-20T07:00:00.000Z',
};

const songFields = {
  song: Text({ minLength: 1, maxLength: 200, description: 'Its title.', examples: ['Blinding Lights'] }),
  artist: Text({ minLength: 1, maxLength: 200, description: 'Who performs it.', examples: ['The Weeknd'] }),
  year: Nullable(Int32({ examples: [2019] }), 'The year of its release; null when it is unknown.'),
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
    examples: [{ year: 2016 }],
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
      examples: [exampleSong],
    },
  ),
);
export type Song = Static<typeof Song>;

export const SongEnvelope = model(
  'SongEnvelope',
  Type.Object(
    { data: ref(Song) },
    { description: 'The song that was written.', examples: [{ data: createdSong }] },
  ),
);

export const SongList = model(
  'SongList',
  Type.Array(ref(Song), {
    description: 'One page of songs.',
    maxItems: 100,
    examples: [
      [
        exampleSong,
        { ...exampleSong, id: 2, song: 'Euclid', artist: 'Sleep Token', year: 2023 },
        { ...exampleSong, id: 3, song: 'Pink Pony Club', artist: 'Chappell Roan', year: 2023 },
      ],
    ],
  }),
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
    Text({
      minLength: 1,
      maxLength: 200,
      description: 'Only songs with exactly this title.',
      examples: ['Euclid'],
    }),
  ),
  artist: Type.Optional(
    Text({
      minLength: 1,
      maxLength: 200,
      description: 'Only songs by exactly this artist.',
      examples: ['Ghost'],
    }),
  ),
  year: Type.Optional(
    Int32({ description: 'Only songs that were released in this year.', examples: [2016] }),
  ),
  q: Type.Optional(
    Text({
      minLength: 1,
      maxLength: 200,
      description: 'Only songs whose title or artist contains this text, case-insensitively, in any script.',
      examples: ['pony'],
    }),
  ),
});
export type SongQuery = Static<typeof SongQuery>;
