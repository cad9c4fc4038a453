import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import type { Client } from './support/client.ts';
import { onServer } from './support/database.ts';
import { recordHistories } from './support/history.ts';
import { isLinearizable, type Operation } from './support/linearizability.ts';
import { startService } from './support/service.ts';
import { unreliableServer } from './support/unreliable-server.ts';

const { call, app } = await startService(t, { DB_POOL_MAX: '1' });
const WORKLOAD = { clients: 50, songs: 4, operationsPerClient: 10 };

t.test('the checker accepts possible histories and rejects impossible ones', async (t) => {
  const created: Operation = { kind: 'create', year: 1, outcome: { id: 1 }, start: 0, end: 1 };
  const updated = (start: number, end: number): Operation => ({
    kind: 'update',
    id: 1,
    year: 2,
    outcome: 'done',
    start,
    end,
  });
  const read = (year: number, start: number, end: number): Operation => ({
    kind: 'read',
    id: 1,
    outcome: { year },
    start,
    end,
  });
  const lost: Operation = { kind: 'update', id: 1, year: 2, start: 2, end: Number.POSITIVE_INFINITY };
  const removed: Operation = { kind: 'delete', id: 1, start: 2, end: Number.POSITIVE_INFINITY };
  const absent = (start: number): Operation => ({ kind: 'list', outcome: 'absent', start, end: start + 1 });
  t.ok(
    isLinearizable([created, updated(2, 5), read(1, 3, 4)]),
    'a read concurrent with a write sees either state',
  );
  t.ok(isLinearizable([created, updated(2, 5), read(2, 3, 4)]));
  t.notOk(isLinearizable([created, updated(2, 3), read(1, 4, 5)]), 'a read after a write sees it');
  t.notOk(
    isLinearizable([created, updated(2, 9), read(2, 3, 4), read(1, 5, 6)]),
    'a state that was read is not lost later',
  );
  t.ok(
    isLinearizable([created, lost, read(1, 3, 4), read(2, 5, 6)]),
    'a write without a response may take effect late',
  );
  t.notOk(isLinearizable([created, lost, read(2, 3, 4), read(1, 5, 6)]), 'but only once');
  t.ok(isLinearizable([created, removed, read(1, 3, 4), absent(5)]));
  t.notOk(isLinearizable([created, absent(2)]));
  t.notOk(
    isLinearizable([created, { ...created, outcome: { id: 2 }, start: 2, end: 3 }]),
    'two songs with the same key',
  );
  const pending = Array.from({ length: 40 }, (_, index): Operation[] => [
    { kind: 'create', year: 100 + index, start: 2, end: Number.POSITIVE_INFINITY },
    removed,
  ]).flat();
  t.ok(isLinearizable([created, ...pending, absent(3), read(1, 2, 9)]));
  t.notOk(
    isLinearizable([created, ...pending, absent(3), read(1, 5, 9)]),
    'the checker does not try 2^80 orders',
  );
});

/** Reads that join a read in flight, which a batcher must never do. */
function joining(call: Client): Client {
  const inFlight = new Map<string, ReturnType<Client>>();
  return async (method, url, options) => {
    if (method !== 'GET') return call(method, url, options);
    const known = inFlight.get(url);
    if (known) return known;
    const response = call(method, url, options).then(async (result) => {
      await delay(2);
      inFlight.delete(url);
      return result;
    });
    inFlight.set(url, response);
    return response;
  };
}

/** Updates: one in three is acknowledged but not executed. */
function dropping(call: Client): Client {
  let updates = 0;
  return async (method, url, options) =>
    method === 'PATCH' && ++updates % 3 === 0 ? call('GET', url) : call(method, url, options);
}

t.test('with large batches and a single slot, every history is linearizable', async (t) => {
  for (const history of await recordHistories(call, { ...WORKLOAD, artist: 'Sound' })) {
    t.ok(history.length > 60, `${history.length} operations`);
    t.ok(isLinearizable(history));
  }
  const { items = 0, shared = 0, batches = 1 } = app.batching.counts()['songs.find'] ?? {};
  t.comment(`songs.find: ${((items + shared) / batches).toFixed(1)} calls per batch`);
});

t.test('the checker detects a batcher that joins queries in flight or drops updates', async (t) => {
  for (const broken of [joining, dropping]) {
    // With fewer clients, fewer other writes can hide a missing one.
    const histories = await recordHistories(broken(call), {
      artist: broken.name,
      clients: 3,
      songs: 1,
      operationsPerClient: 150,
    });
    t.notOk(histories.every(isLinearizable), broken.name);
  }
});

t.test('histories stay linearizable during database outages', async (t) => {
  const server = await unreliableServer(t);
  const { call, app } = await startService(t, server.environment);
  let running = true;
  const faults = async () => {
    while (running) {
      await delay(200);
      if (onServer && Math.random() < 0.5) {
        await app.pg
          .query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()')
          .catch(() => {});
      } else {
        await server.shut();
        await delay(30);
        await server.open();
      }
    }
  };
  const troubling = faults();
  const patient: Client = async (...request) => {
    const response = await call(...request);
    if (response.status === 503) await delay(20);
    return response;
  };
  const histories = await recordHistories(patient, {
    ...WORKLOAD,
    artist: 'Troubled',
    operationsPerClient: 14,
  });
  running = false;
  await troubling;
  const unknown = histories.flat().filter(({ outcome }) => outcome === undefined).length;
  t.comment(`${histories.flat().length} operations, ${unknown} of unknown outcome`);
  t.ok(unknown > 0, 'the faults had an effect');
  for (const history of histories) t.ok(isLinearizable(history));
});
