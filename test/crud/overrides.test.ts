import t from 'tap';
import { models } from '../../schemas/index.ts';
import { defineResource } from '../../schemas/resource.ts';
import { integer, nullable, string } from '../../schemas/resource-fields.ts';
import { batched } from '../../src/crud/batched.ts';
import { type NewRow, returnedColumns } from '../../src/crud/columns.ts';
import type { RowAccess } from '../../src/crud/conditional-write.ts';
import { contractOf } from '../../src/crud/contract.ts';
import { repositoryOf } from '../../src/crud/repository.ts';
import { registerRoutes, routesOf } from '../../src/crud/routes.ts';
import { statementsOf } from '../../src/crud/statements.ts';
import type { Feature } from '../../src/features/feature.ts';
import { unique } from '../support/builders.ts';
import { startService } from '../support/service.ts';
import { VENUE_TABLE, type VenueCreate, venue, venueErrors } from './venue.ts';

/** Venues with their own statement, method, operation and handler. */
const venues: Feature = async (app) => {
  const loud = returnedColumns(venue).replace('name,', 'upper(name) AS name,');
  const statements = {
    ...statementsOf(venue),
    find: (items: readonly RowAccess[]) => ({
      text: `SELECT ${loud} FROM concert_venues WHERE id = ANY ($1)`,
      values: [items.map(({ id }) => id)],
    }),
  };
  const defaults = repositoryOf(venue, app.databases, statements);
  const repository = batched(
    venue,
    {
      ...defaults,
      createMany(rows: readonly NewRow<VenueCreate>[]) {
        return defaults.createMany(
          rows.map((row) => ({
            ...row,
            item: { ...row.item, nickname: row.item.nickname ?? row.item.name },
          })),
        );
      },
    },
    app.batching,
  );
  const contract = contractOf(venue, venueErrors);
  const routes = routesOf(venue, repository, venueErrors);
  registerRoutes(
    app,
    venue,
    { ...contract, get: { ...contract.get, summary: 'Get a venue, loudly' } },
    {
      ...routes,
      async delete(_request, reply) {
        return reply.code(204).send();
      },
    },
  );
};

const options = { features: [venues], models: [...models, ...venue.models] };
const { app } = await startService(t, {}, options);
await app.pg.query(VENUE_TABLE);
const create = async () => {
  const payload = { name: 'Red Barn', streetName: unique('Street') };
  return (await app.inject({ method: 'POST', url: '/concert-venues', payload })).json();
};

t.test('a feature replaces a method of the repository', async (t) => {
  t.match(await create(), { name: 'Red Barn', nickname: 'Red Barn' });
});

t.test('a feature replaces a statement', async (t) => {
  const { id } = await create();
  t.match((await app.inject(`/concert-venues/${id}`)).json(), { id, name: 'RED BARN' });
});

t.test('a feature replaces an operation', async (t) => {
  t.match(app.swagger(), {
    paths: {
      '/concert-venues/{id}': {
        get: { summary: 'Get a venue, loudly', operationId: 'getConcertVenue' },
        put: { summary: 'Replace a concert venue' },
      },
    },
  });
});

t.test('a feature replaces a handler', async (t) => {
  const { id } = await create();
  const url = `/concert-venues/${id}`;
  t.equal((await app.inject({ method: 'DELETE', url })).statusCode, 204);
  t.equal((await app.inject(url)).statusCode, 200, 'this one deletes nothing');
});

t.test('a name that does not exist does not compile', async (t) => {
  const contract = contractOf(venue, venueErrors);
  const declaration = {
    name: 'stage',
    plural: 'stages',
    description: 'A stage.',
    group: 'Stages.',
    create: 'Adds a stage.',
    fields: { name: string({ maxLength: 10 }) },
    stamps: { createdAt: 'When.' },
    examples: { rows: [{ name: 'Main' }], update: {} },
  } as const;

  // Each comment says why its line must not compile. If the line compiles, the compiler reports the comment as unused.
  const wrong = [
    // @ts-expect-error `sortable` only accepts fields of the declaration
    () => defineResource({ ...declaration, sortable: ['nam'] }),
    () =>
      defineResource({
        ...declaration,
        fields: { ...declaration.fields, size: nullable(integer({}), 'Its size.') },
        // @ts-expect-error `unique` only accepts fields that are never null
        unique: ['size'],
      }),
    // @ts-expect-error `filterable` only accepts fields of the declaration
    () => defineResource({ ...declaration, filterable: { nam: { description: '', example: '' } } }),
    // @ts-expect-error the static type only has the declared fields
    () => venue.schemas.create.static.nam,
    // @ts-expect-error an item to create only has the declared fields
    () => statementsOf(venue).create([{ name: 'a', streetName: 'b', capacty: 1 }]),
    () => ({
      ...statementsOf(venue),
      // @ts-expect-error the statement of a feature gets items with the declared fields
      create: (items: readonly VenueCreate[]) => ({ text: '', values: items.map(({ capacty }) => capacty) }),
    }),
    (routes: ReturnType<typeof routesOf>) =>
      // @ts-expect-error a contract only has the six operations
      registerRoutes(app, venue, { ...contract, gett: contract.get }, routes),
    // @ts-expect-error an enum field only accepts its values
    () => statementsOf(venue).create([{ name: 'a', streetName: 'b', size: 'huge' }]),
    // @ts-expect-error `sort` only accepts sortable fields
    () => statementsOf(venue).list([{ limit: 1, sort: 'notes' }]),
  ];
  t.equal(wrong.length, 9);
});
