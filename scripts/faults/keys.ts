// Creates that are repeated with their keys, at two instances of which one after the other is killed.
import { setTimeout as delay } from 'node:timers/promises';
import { Statuses } from './report.ts';
import { type Setup, startService, tasksIn } from './setup.ts';

const CLIENTS = 64;
/** The number of keys that are sent at the same time: several clients send each. */
const WINDOW = 16;
/** The pause between two kills, in milliseconds. */
const PAUSE = 10_000;

/** Sends each key many times; all responses of a key must be the same bytes, and there must be one task. */
export async function keys(setup: Setup): Promise<void> {
  const [count, repeats] = [setup.number('keys'), setup.number('repeats')];
  const services = [await startService(setup), await startService(setup)];
  const bodies = new Map<number, string>();
  const statuses = new Statuses();
  let [next, differing, killed, isRunning] = [0, 0, 0, true];

  const send = async (key: number): Promise<string | undefined> => {
    const base = services[Math.floor(Math.random() * services.length)]?.base;
    const response = await fetch(`${base}/tasks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': `key-${key}` },
      body: JSON.stringify({ title: `Key ${key}` }),
    }).catch(() => undefined);
    const text = await response?.text().catch(() => undefined);
    statuses.add(text === undefined ? undefined : response?.status);
    return response?.status === 201 ? text : undefined;
  };
  const client = async () => {
    while (next < count * repeats) {
      const index = next++;
      const window = Math.floor(index / (WINDOW * repeats)) * WINDOW;
      const key = window + (index % Math.min(WINDOW, count - window));
      let body: string | undefined;
      while (body === undefined) body = await send(key);
      const first = bodies.get(key);
      if (first === undefined) bodies.set(key, body);
      else if (first !== body) differing++;
    }
  };
  const killer = (async () => {
    for (; isRunning; killed++) {
      const place = killed % services.length;
      const service = services[place];
      await delay(PAUSE);
      if (service) process.kill(service.pid, 'SIGKILL');
      await service?.stop();
      services[place] = await startService(setup);
    }
  })();
  await Promise.all(Array.from({ length: CLIENTS }, client));
  isRunning = false;
  await killer;
  const codes: (number | null)[] = [];
  for (const service of services) {
    await service.stop();
    codes.push(await service.exited);
  }
  const tasks = (await tasksIn(setup.postgres.url)).filter(({ title }) => /^Key \d+$/.test(title));
  const titles = new Set(tasks.map(({ title }) => title));
  setup.report.row(
    ['keys', 'repeats', 'kills', 'tasks', 'different responses of a key', 'statuses', 'exit codes'],
    [count, repeats, killed, tasks.length, differing, statuses, codes.join(', ')],
    tasks.length === count &&
      titles.size === count &&
      differing === 0 &&
      statuses.areAmong([201, 503, 'no response']) &&
      codes.every((code) => code === 0),
  );
}
