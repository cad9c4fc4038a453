import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { testDatabase } from './support/database.ts';
import { type ServiceProcess, startProcess } from './support/process.ts';

/** Writes with several clients, kills the service under a hundred writes, and gives what was acknowledged. */
async function writeUntilKilled(service: ServiceProcess, round: number) {
  const created = new Map<number, string>();
  const deleted = new Set<number>();
  /** Those of which nobody knows whether they were deleted. */
  const doubtful = new Set<number>();
  let running = true;
  const client = async (name: number) => {
    for (let index = 0; running; index++) {
      const title = `Round ${round}, client ${name}, task ${index}`;
      try {
        const { status, body } = await service.call('POST', '/tasks', { json: { title } });
        if (status !== 201) throw new Error(`${status}`);
        created.set(body.id, title);
        if (index % 5 !== 4) continue;
        doubtful.add(body.id);
        if ((await service.call('DELETE', `/tasks/${body.id}`)).status === 204) deleted.add(body.id);
      } catch (error) {
        if (running) throw error;
      }
    }
  };
  const clients = Array.from({ length: 8 }, (_, name) => client(name));
  while (created.size < 100) await delay(5);
  running = false;
  await service.end('SIGKILL');
  await Promise.all(clients);
  return { created, deleted, doubtful };
}

t.test('after kill -9 under writes, every acknowledged write is there', async (t) => {
  const database = await testDatabase(t);
  const tasks = new Map<number, string>();
  for (let round = 0; round < 2; round++) {
    const service = await startProcess(t, { ...database, MAX_TASKS: '0' });
    const { created, deleted, doubtful } = await writeUntilKilled(service, round);
    for (const [id, title] of created) if (!doubtful.has(id)) tasks.set(id, title);
    const after = await startProcess(t, database);
    for (const id of deleted) {
      if ((await after.call('GET', `/tasks/${id}`)).status !== 404) t.fail(`task ${id} is back`);
    }
    const { headers } = await after.call('GET', '/tasks?limit=1&count=true');
    t.ok(Number(headers['x-total-count']) >= tasks.size);
    for (const [id, title] of tasks) {
      const { status, body } = await after.call('GET', `/tasks/${id}`);
      if (status !== 200 || body.title !== title) t.fail(`task ${id} is lost: ${status}`);
    }
    t.equal(await after.end('SIGTERM'), 0);
  }
});
