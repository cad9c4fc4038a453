// Writes under faults: every acknowledged write exists exactly once. FAULT_ROUNDS sets the number of faults.
import { setTimeout as delay } from 'node:timers/promises';
import t, { type Test } from 'tap';
import type { Client } from './support/client.ts';
import { onServer, testDatabase } from './support/database.ts';
import { startProcess } from './support/process.ts';
import { unreliableServer } from './support/unreliable-server.ts';

const ROUNDS = Number(process.env.FAULT_ROUNDS ?? 2);
const CLIENTS = 8;
/** The number of acknowledged creates before the fault. */
const WRITES = 100;

/** The acknowledged writes of the clients. Each title is sent once. */
class Ledger {
  readonly created = new Map<number, string>();
  readonly deleted = new Set<number>();
  /** Tasks whose deletion has an unknown outcome. */
  readonly doubtful = new Set<number>();
  #clients = 0;

  /** Creates tasks, and deletes some of them, until a response is missing or `isRunning` returns false. */
  async write(call: Client, isRunning: () => boolean): Promise<void> {
    const client = this.#clients++;
    for (let index = 0; isRunning(); index++) {
      const title = `Client ${client}, task ${index}`;
      const { status, body } = await call('POST', '/tasks', { json: { title } });
      if (status === 503) continue;
      if (status !== 201) throw new Error(`${status}`);
      this.created.set(body.id, title);
      if (index % 5 !== 4) continue;
      this.doubtful.add(body.id);
      if ((await call('DELETE', `/tasks/${body.id}`)).status === 204) this.deleted.add(body.id);
    }
  }

  /** Compares the acknowledged writes with all existing tasks. */
  async check(t: Test, call: Client): Promise<void> {
    const titles = new Map<number, string>();
    for (let url = '/tasks?limit=100'; url !== ''; ) {
      const { body, headers } = await call('GET', url);
      for (const { id, title } of body) titles.set(id, title);
      url = /^<(.*)>; rel="next"$/.exec(String(headers.link ?? ''))?.[1] ?? '';
    }
    const lost = [...this.created].filter(
      ([id, title]) => !this.doubtful.has(id) && titles.get(id) !== title,
    );
    const back = [...this.deleted].filter((id) => titles.has(id));
    t.same(lost, [], 'no acknowledged task is lost');
    t.same(back, [], 'no deleted task exists');
    t.equal(titles.size - new Set(titles.values()).size, 0, 'no task exists twice');
  }
}

t.test('after kill -9 during writes, every acknowledged write exists once', async (t) => {
  const database = { ...(await testDatabase(t)), MAX_TASKS: '0' };
  const ledger = new Ledger();
  for (let round = 0; round < ROUNDS; round++) {
    const service = await startProcess(t, database);
    let isRunning = true;
    const before = ledger.created.size;
    const clients = Array.from({ length: CLIENTS }, () =>
      ledger
        .write(service.call, () => isRunning)
        .catch((error) => {
          if (isRunning) throw error;
        }),
    );
    while (ledger.created.size < before + WRITES) await delay(5);
    isRunning = false;
    await service.end('SIGKILL');
    await Promise.all(clients);
  }
  const after = await startProcess(t, database);
  await ledger.check(t, after.call);
  t.equal(await after.end('SIGTERM'), 0);
  t.comment(`${ROUNDS} × kill -9, ${ledger.created.size} acknowledged creates`);
});

t.test('after a database outage, every acknowledged write exists once', async (t) => {
  const server = await unreliableServer(t);
  const service = await startProcess(t, {
    ...server.environment,
    MAX_TASKS: '0',
    REQUEST_DEADLINE_MS: '1000',
  });
  const ledger = new Ledger();
  let isRunning = true;
  const clients = Array.from({ length: CLIENTS }, () => ledger.write(service.call, () => isRunning));
  for (let round = 0; round < ROUNDS; round++) {
    const before = ledger.created.size;
    while (ledger.created.size < before + WRITES) await delay(5);
    // The sessions of an embedded database share their state: delayed data of one would break later ones.
    if (onServer && round % 2 === 1) {
      server.freeze();
      await delay(1500);
      await server.thaw();
    } else {
      await server.shut();
      await server.open();
    }
  }
  const before = ledger.created.size;
  while (ledger.created.size < before + WRITES) await delay(5);
  isRunning = false;
  await Promise.all(clients);
  await ledger.check(t, service.call);
  t.equal(await service.end('SIGTERM'), 0);
  t.comment(`${ROUNDS} faults, ${ledger.created.size} acknowledged creates`);
});
