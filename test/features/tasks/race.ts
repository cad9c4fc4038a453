import type { FastifyInstance } from 'fastify';
import type { Test } from 'tap';
import { newTask, unique } from '../../support/builders.ts';
import { atOnce, type Client } from '../../support/client.ts';
import type { LooseJson } from '../../support/loose-json.ts';

/** An instance of the service. */
export interface Instance {
  app: FastifyInstance;
  call: Client;
}

/** The number of tasks and the counter, in one snapshot. */
export async function counted({ app }: Pick<Instance, 'app'>): Promise<{ tasks: number; total: number }> {
  const { rows } = await app.pg.query<{ tasks: number; total: number }>(
    'SELECT (SELECT count(*)::integer FROM tasks) AS tasks, total FROM task_totals',
  );
  return rows[0] ?? { tasks: -1, total: -1 };
}

/** Looks at the number of tasks and the counter until the work is done: they are equal at any moment, and not beyond the limit. */
export async function watched(
  t: Test,
  instance: Pick<Instance, 'app'>,
  { max, work }: { max: number; work: Promise<unknown> },
): Promise<void> {
  const stop = new AbortController();
  const watching = (async () => {
    while (!stop.signal.aborted) {
      const { tasks, total } = await counted(instance);
      if (tasks !== total || tasks > max) t.fail(`${tasks} tasks, counted ${total}, at most ${max}`);
    }
  })();
  try {
    await work;
  } finally {
    stop.abort();
    await watching;
  }
}

/**
 * Creates, imports and deletes tasks on all instances at a time, with more creates than there is room for. Then the tasks are exactly those
 * that were acknowledged, and exactly as many further creates succeed as there is room for.
 *
 * @param max The limit of the instances.
 */
export async function raceToLimit(t: Test, instances: readonly Instance[], max: number): Promise<void> {
  const [first] = instances;
  if (!first) throw new TypeError('There is no instance');
  let created = 0;
  let deleted = 0;
  const create = async ({ call }: Instance, headers = {}, json = newTask()) => {
    const { status, headers: sent } = await call('POST', '/tasks', { json, headers });
    if (status === 201 && sent['idempotency-replayed'] === undefined) created++;
    else if (status !== 409 && status !== 201) t.fail(`POST /tasks → ${status}`);
  };
  const createTwice = async () => {
    const headers = { 'idempotency-key': unique('key').replaceAll(' ', '-') };
    const json = newTask();
    await Promise.all([first, instances.at(-1) ?? first].map((instance) => create(instance, headers, json)));
  };
  const importTasks = async ({ call }: Instance) => {
    const payload = `title\n${Array.from({ length: max }, () => unique('Imported')).join('\n')}\n`;
    const { text } = await call('POST', '/tasks/import', {
      payload,
      headers: { 'content-type': 'text/csv' },
    });
    const { job }: { job: LooseJson } = JSON.parse(text.trim().split('\n').at(-1) ?? '');
    t.equal(job.state, 'succeeded');
    created += job.created;
  };
  const deleteTasks = async ({ call }: Instance) => {
    const { body } = await call('GET', '/tasks?limit=100');
    const statuses = body.map(({ id }: { id: number }) => call('DELETE', `/tasks/${id}`));
    for (const { status } of await Promise.all(statuses)) {
      if (status === 204) deleted++;
      else if (status !== 404) t.fail(`DELETE /tasks/… → ${status}`);
    }
  };
  const raceOn = async (instance: Instance) => {
    for (let round = 0; round < 4; round++) {
      await Promise.all([
        atOnce(2 * max, () => create(instance)),
        atOnce(max, createTwice),
        importTasks(instance),
        deleteTasks(instance),
      ]);
      await deleteTasks(instance);
    }
    await atOnce(2 * max, () => create(instance));
  };
  await watched(t, first, { max, work: Promise.all(instances.map(raceOn)) });
  t.same(await counted(first), { tasks: max, total: max });
  t.equal(created - deleted, max, 'all of them were acknowledged');

  const { body } = await first.call('GET', '/tasks?limit=7');
  await Promise.all(body.map(({ id }: { id: number }) => first.call('DELETE', `/tasks/${id}`)));
  const before = created;
  await Promise.all(instances.map((instance) => atOnce(max, () => create(instance))));
  t.equal(created - before, 7, 'each deleted task makes room for one');
  t.same(await counted(first), { tasks: max, total: max });
}
