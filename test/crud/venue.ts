// A resource with a field of every type, declared for the tests of src/crud.
import type { Static } from '@sinclair/typebox';
import { defineResource } from '../../schemas/resource.ts';
import {
  boolean,
  date,
  instant,
  integer,
  nullable,
  number,
  oneOf,
  string,
  text,
  uuid,
  withDefault,
} from '../../schemas/resource-fields.ts';
import { defineError } from '../../src/errors/define-error.ts';

export const venueErrors = {
  notFound: defineError('concert_venue_not_found', 404, 'Concert venue not found'),
  conflict: defineError('concert_venue_exists', 409, 'Concert venue already exists'),
};

const filter = { description: 'Only venues with exactly this value.' };

export const venue = defineResource({
  name: 'concertVenue',
  plural: 'concertVenues',
  description: 'A venue.',
  group: 'The venues.',
  create: 'Adds a venue.',
  fields: {
    name: string({ minLength: 1, maxLength: 200, description: 'Its name.' }),
    streetName: string({ maxLength: 200, description: 'Where it is.' }),
    notes: withDefault(text({ description: 'Anything else.' }), ''),
    capacity: nullable(integer({ minimum: 0 }), 'How many people it holds.'),
    rating: nullable(number({ minimum: -10, maximum: 10 }), 'How good it is.'),
    isOpenAir: withDefault(boolean({ description: 'Whether it has no roof.' }), false),
    openedOn: nullable(date({}), 'Its first day.'),
    soldOutAt: nullable(instant({}), 'When its last ticket was sold.'),
    checkedOn: withDefault(date({ description: 'When it was last checked.' }), '2026-01-01'),
    owner: nullable(uuid({}), 'Who owns it.'),
    nickname: nullable(string({ maxLength: 200 }), 'What people call it.'),
    size: withDefault(oneOf(['small', 'large'], { description: 'Its size.' }), 'small'),
  },
  stamps: { createdAt: 'When it was added.', updatedAt: 'When it was last written.' },
  unique: ['name', 'streetName'],
  sortable: ['name', 'capacity', 'rating', 'openedOn', 'soldOutAt', 'nickname', 'size'],
  filterable: {
    capacity: { ...filter, example: 200 },
    rating: { ...filter, example: 1.5 },
    isOpenAir: { ...filter, example: true },
    openedOn: { ...filter, example: '2026-11-20' },
    soldOutAt: { ...filter, example: '2026-11-20T07:28:35.123Z' },
    owner: { ...filter, example: '0a3f1c5e-9d2b-4c47-8f0e-6b1d2a7c9e35' },
    nickname: { ...filter, example: 'The Barn' },
    size: { ...filter, example: 'large' },
  },
  searchable: { fields: ['name', 'notes'], description: 'Only venues that contain this.', example: 'barn' },
  examples: { rows: [{ name: 'Red Barn', streetName: 'Main Street' }], update: { capacity: 200 } },
});
export type Venue = Static<typeof venue.schemas.item>;
export type VenueCreate = Static<typeof venue.schemas.create>;

/** The table, as in a migration. */
export const VENUE_TABLE = `
  CREATE TABLE concert_venues (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text COLLATE "C" NOT NULL,
    street_name text COLLATE "C" NOT NULL,
    notes text COLLATE "C" NOT NULL,
    capacity integer,
    rating double precision,
    is_open_air boolean NOT NULL,
    opened_on date,
    sold_out_at timestamptz(3),
    checked_on date NOT NULL DEFAULT '2026-01-01',
    owner uuid,
    nickname text COLLATE "C",
    size text COLLATE "C" NOT NULL,
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    updated_at timestamptz(3) NOT NULL DEFAULT now(),
    version uuid NOT NULL DEFAULT gen_random_uuid(),
    UNIQUE (name, street_name)
  )`;
