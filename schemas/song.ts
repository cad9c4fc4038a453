import type { Static } from '@sinclair/typebox';
import { defineResource } from './resource.ts';
import { integer, nullable, string } from './resource-fields.ts';

export const song = defineResource({
  name: 'song',
  plural: 'songs',
  description: 'A song in the catalogue. The pair of `song` and `artist` is unique.',
  group: 'The songs catalogue. The pair of title and artist is unique.',
  create:
    'Adds a song to the catalogue. If a song with the same title and artist exists, the response is 409.',
  fields: {
    song: string({ minLength: 1, maxLength: 200, description: 'The title.', examples: ['Blinding Lights'] }),
    artist: string({
      minLength: 1,
      maxLength: 200,
      description: 'The performing artist.',
      examples: ['The Weeknd'],
    }),
    year: nullable(integer({ examples: [2019] }), 'The release year; null if it is unknown.'),
  },
  stamps: { createdAt: 'The time at which the song was created.' },
  unique: ['song', 'artist'],
  sortable: ['song', 'artist', 'year'],
  filterable: {
    song: { description: 'Only songs with exactly this title.', example: 'Euclid' },
    artist: { description: 'Only songs by exactly this artist.', example: 'Ghost' },
    year: { description: 'Only songs released in this year.', example: 2016 },
  },
  searchable: {
    fields: ['song', 'artist'],
    description: 'Only songs whose title or artist contains this text, case-insensitively, in any script.',
    example: 'pony',
  },
  envelope: 'data',
  examples: {
    rows: [
      { song: 'Square Hammer', artist: 'Ghost', year: 2016 },
      { song: 'Euclid', artist: 'Sleep Token', year: 2023 },
      { song: 'Pink Pony Club', artist: 'Chappell Roan', year: 2023 },
    ],
    at: '2026-11-20T07:00:00.000Z',
    create: { song: 'Blinding Lights', artist: 'The Weeknd', year: 2019 },
    update: { year: 2016 },
  },
});
export type Song = Static<typeof song.schemas.item>;
export type SongCreate = Static<typeof song.schemas.create>;
