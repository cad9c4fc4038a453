import type { FastifyInstance } from 'fastify';
import t from 'tap';
import { startService } from '../support/service.ts';
import { until } from '../support/until.ts';

/** Features whose consumer writes the position of each event to a table, after this function. */
const recording = (before: (positions: readonly number[]) => unknown) => ({
  features: [
    async (app: FastifyInstance) => {
      app.consumeEvents('recorder', async (events, client) => {
        const positions = (await events.read()).map(({ position }) => position);
        await client.query('INSERT INTO recorded SELECT unnest($1::bigint[])', [positions]);
        await before(positions);
      });
    },
  ],
});

t.test('after a failure, the effects are rolled back, and the same events are handled again', async (t) => {
  const attempts: (readonly number[])[] = [];
  const { app, log } = await startService(
    t,
    {},
    recording((positions) => {
      attempts.push(positions);
      if (attempts.length < 3) throw new Error('No ink');
    }),
  );
  await app.pg.query('CREATE TABLE recorded (position bigint PRIMARY KEY)');
  await app.pg.query(
    "INSERT INTO songs (song, artist) SELECT 'Song ' || n, 'Someone' FROM generate_series(1, 2700) AS n",
  );
  const recorded = async () => (await app.pg.query('SELECT position FROM recorded ORDER BY position')).rows;
  await until(async () => (await recorded()).length === 2_700, 'There are events without effect');
  t.same(attempts[1], attempts[0]);
  t.same(attempts[2], attempts[0]);
  t.ok(attempts.every(({ length }) => length <= 2_000));
  t.equal(
    log.filter(({ msg }) => msg === 'Events cannot be handled').length,
    1,
    'a series of failures is logged once',
  );
});

t.test('two consumers with one name prevent the start', async (t) => {
  const twice = async (app: FastifyInstance) => {
    app.consumeEvents('recorder', async () => {});
    app.consumeEvents('recorder', async () => {});
  };
  await t.rejects(startService(t, {}, { features: [twice] }), {
    message: /two consumers with the name recorder/,
  });
});
