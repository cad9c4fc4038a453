// Ten times as many requests as the service can serve, at a rate that does not depend on its responses.
import { randomUUID } from 'node:crypto';
import { Agent } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { quantile } from '../drills/measurements.ts';
import { Statuses } from './report.ts';
import { exchange, memoryOf, type Setup, startService, stopService, tasksIn, watchMemory } from './setup.ts';
import { importTasks } from './traffic.ts';

const DRILL = 'overload';
const FACTOR = 10;
/** The part of the requests that are searches. */
const SEARCHES = 0.8;
/** The times of the measurement of the capacity and of the overload, in milliseconds. */
const MEASURED = 10_000;
const OVERLOADED = 20_000;
/** Enough clients to use the whole capacity; each sends its next request after a response. */
const CLIENTS = 64;
/** Searches read all of them: no title contains these texts. */
const TASKS = 20_000;
const ABSENT = ['qq', 'qw', 'qx', 'qy', 'qz'];
/** More open requests than this exceed the open files of this process. */
const MAX_OPEN = 15_000;
/** The parts of the capacity that must be served during the overload, and at once after it. */
const MIN_GOODPUT = 0.5;
const MIN_RECOVERED = 0.5;
/** The deadline of a request is 5 s; the rest is the delay of this process, which shares the processors. */
const MAX_RESPONSE = 10_000;
const MAX_GROWTH = 400;

/** The responses of a period. */
class Load {
  readonly statuses = new Statuses();
  /** The durations of requests that succeeded, and of the others. */
  readonly served: number[] = [];
  readonly refused: number[] = [];
  /** The searches, and the other requests, that succeeded. */
  searches = 0;
  others = 0;
  /** The titles of tasks that the service acknowledged, of all periods. */
  static readonly created = new Set<string>();
  readonly #base: string;
  readonly #agent: Agent;

  constructor(base: string, agent: Agent) {
    this.#base = base;
    this.#agent = agent;
  }

  /** Sends the next request of the mix: of ten, eight searches, a read and a create. */
  async send(index: number): Promise<void> {
    const kind = index % 10;
    if (kind < 8) {
      const q = ABSENT[index % ABSENT.length];
      const status = await this.#exchange(`/tasks?q=${q}&limit=${1 + (index % 97)}`);
      if (status === 200) this.searches++;
    } else {
      const isServed =
        kind < 9
          ? (await this.#exchange(`/songs/${(index % 3) + 1}`)) === 200
          : await this.#create(randomUUID());
      if (isServed) this.others++;
    }
  }

  async #create(title: string): Promise<boolean> {
    const status = await this.#exchange('/tasks', { title });
    if (status === 201) Load.created.add(title);
    return status === 201;
  }

  async #exchange(path: string, json?: object): Promise<number | undefined> {
    const { status, duration } = await exchange(this.#base, this.#agent, path, json);
    this.statuses.add(status);
    (status !== undefined && status < 300 ? this.served : this.refused).push(duration);
    return status;
  }
}

/** Overloads the service: statuses are only 2xx, 429 and 503, and it goes on serving what it can. */
export async function overload(setup: Setup): Promise<void> {
  const { report, postgres } = setup;
  const service = await startService(setup, {
    DATABASE_URL: postgres.url,
    MAX_CONNECTIONS: '20000',
    DB_POOL_MAX: '4',
  });
  const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
  await importTasks(service.base, TASKS);
  await saturate(new Load(service.base, agent), MEASURED / 5);
  const normal = new Load(service.base, agent);
  const capacity = await saturate(normal, MEASURED);
  const memory = memoryOf(service.pid);
  const stopWatching = watchMemory(service.pid);

  const load = new Load(service.base, agent);
  const { offered, goodput, others } = await flood(load, capacity * FACTOR);
  const most = stopWatching();
  const recovered = await saturate(new Load(service.base, agent), MEASURED / 2);
  agent.destroy();

  const share = (rate: number) => `${Math.round(rate)}/s, ${Math.round((100 * rate) / capacity)} %`;
  const p99 = ({ served, refused }: Load) =>
    [served, refused].map((times) => `${Math.round(quantile(times, 0.99))} ms`).join(', ');
  const longest = Math.max(...[load.served, load.refused].map((times) => quantile(times, 1)));
  report.measured(
    DRILL,
    'capacity, searches beside other requests',
    `${Math.round(capacity)}/s`,
    normal.statuses.areAmong([200, 201]),
  );
  report.measured(DRILL, 'searches offered', share(offered), offered >= 0.9 * FACTOR * capacity);
  report.measured(
    DRILL,
    `searches served, at least ${MIN_GOODPUT * 100} %`,
    share(goodput),
    goodput >= MIN_GOODPUT * capacity,
  );
  report.measured(DRILL, 'reads by id and creates served', `${Math.round(100 * others)} %`);
  report.measured(DRILL, 'statuses', load.statuses, load.statuses.areAmong([200, 201, 429, 503]));
  report.measured(DRILL, 'p99 of served and of refused requests', p99(load));
  report.measured(DRILL, 'longest', `${(longest / 1000).toFixed(1)} s`, longest <= MAX_RESPONSE);
  report.measured(
    DRILL,
    `memory before, most, growth at most ${MAX_GROWTH} MiB`,
    `${Math.round(memory)} MiB, ${Math.round(most)} MiB`,
    most <= memory + MAX_GROWTH,
  );
  report.measured(
    DRILL,
    `searches served in the five seconds after it, at least ${MIN_RECOVERED * 100} %`,
    share(recovered),
    recovered >= MIN_RECOVERED * capacity,
  );
  const titles = new Set((await tasksIn(postgres.url)).map(({ title }) => title));
  const lost = [...Load.created].filter((title) => !titles.has(title)).length;
  report.measured(DRILL, 'acknowledged creates, lost', `${Load.created.size}, ${lost}`, lost === 0);
  await stopService(setup, DRILL, service);
}

/** Sends requests from clients that wait for their responses, and returns how many searches per second succeeded. */
async function saturate(load: Load, duration: number): Promise<number> {
  const began = performance.now();
  const client = async (first: number) => {
    for (let index = first; performance.now() < began + duration; index++) await load.send(index);
  };
  await Promise.all(Array.from({ length: CLIENTS }, (_, index) => client(index)));
  return (load.searches * 1_000) / (performance.now() - began);
}

/**
 * Sends searches at a rate per second, and the other requests of the mix; returns how many searches per second were sent and succeeded,
 * and the part of the other requests that succeeded.
 */
async function flood(load: Load, rate: number) {
  const began = performance.now();
  const open = new Set<Promise<void>>();
  let sent = 0;
  for (let now = began; now < began + OVERLOADED; now = performance.now()) {
    while (sent < (((now - began) / 1_000) * rate) / SEARCHES && open.size < MAX_OPEN) {
      const one = load.send(sent++).finally(() => open.delete(one));
      open.add(one);
    }
    await delay(5);
  }
  const seconds = (performance.now() - began) / 1_000;
  const goodput = load.searches / seconds;
  await Promise.all(open);
  return { offered: (sent * SEARCHES) / seconds, goodput, others: load.others / (sent * (1 - SEARCHES)) };
}
