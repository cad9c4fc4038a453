// Many callers while the server hangs, and ten times as many creates as the service can serve.
import { randomUUID } from 'node:crypto';
import { Agent } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { quantile } from '../drills/measurements.ts';
import { Statuses } from './report.ts';
import {
  type Exchange,
  exchange,
  memoryOf,
  query,
  type Setup,
  startService,
  stopService,
  tasksIn,
  timed,
  watchMemory,
} from './setup.ts';

const DRILL = 'crowd';
const CALLERS = 1_500;
/** The pauses of a caller after a response and after a refusal, whose `Retry-After` is one second, in milliseconds. */
const PAUSE = { served: 1_000, refused: 1_000 };
/** The times before, during and after the hang, in milliseconds. */
const BEFORE = 4_000;
const HANG = 10_000;
const AFTER = 6_000;
/** The maximum time of a response, in milliseconds: the deadline of 5 s, and the delay of this process. */
const MAX_RESPONSE = 6_000;
/** From this time after the start of the hang, the circuit is open: the first requests wait for their deadline. */
const OPEN = 6_000;
const MAX_OPEN_P50 = 100;
const MAX_RECOVERY = 2_000;
const MAX_HEALTH_P99 = 50;
const MAX_GROWTH = 100;

/** The creates of the second part take this time in the database, in seconds, so that one machine can offer ten times the capacity. */
const STATEMENT = 0.2;
const MEASURED = 5_000;
const OVERLOADED = 30_000;
const FACTOR = 10;
/** Enough clients to fill the batches. */
const CLIENTS = 200;
const MAX_UNANSWERED = 15_000;
const MIN_GOODPUT = 0.8;
const MAX_BACKLOG = 2_000;

/** Sends a read by id, or a create of a task. */
const send = (base: string, agent: Agent, title?: string): Promise<Exchange> =>
  title === undefined ? exchange(base, agent, '/songs/1') : exchange(base, agent, '/tasks', { title });

const isServed = ({ status }: Exchange) => status === 200 || status === 201;
const statusesOf = (exchanges: readonly Exchange[]): Statuses => {
  const statuses = new Statuses();
  for (const { status } of exchanges) statuses.add(status);
  return statuses;
};

/** Many callers during a hang, then creates above the capacity. */
export async function crowd(setup: Setup): Promise<void> {
  await hang(setup);
  await overloadCreates(setup);
}

/** All processes of the server stop while callers send reads and, one in ten, creates. */
async function hang(setup: Setup): Promise<void> {
  const { report, postgres } = setup;
  const service = await startService(setup, { DATABASE_URL: postgres.url, MAX_CONNECTIONS: '4000' });
  const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
  const exchanges: Exchange[] = [];
  let isRunning = true;
  const caller = async (number: number) => {
    for (let index = number; isRunning; index++) {
      const done = await send(service.base, agent, index % 10 === 0 ? randomUUID() : undefined);
      exchanges.push(done);
      await delay(isServed(done) ? PAUSE.served : PAUSE.refused);
    }
  };
  const callers = Array.from({ length: CALLERS }, (_, number) => caller(number));
  const health: number[] = [];
  const watching = (async () => {
    while (isRunning) {
      health.push((await timed(service.base, '/health')).duration);
      await delay(20);
    }
  })();
  await delay(BEFORE);
  const memory = memoryOf(service.pid);
  const stopWatching = watchMemory(service.pid);
  const frozen = performance.now();
  postgres.freeze();
  await delay(HANG);
  postgres.thaw();
  const thawed = performance.now();
  await delay(AFTER);
  isRunning = false;
  await Promise.all([...callers, watching]);
  agent.destroy();

  const during = exchanges.filter(({ sentAt }) => sentAt >= frozen && sentAt < thawed);
  const open = during.filter(({ sentAt }) => sentAt >= frozen + OPEN).map(({ duration }) => duration);
  const longest = Math.max(...exchanges.map(({ duration }) => duration));
  const most = stopWatching();
  // Half of the callers are served within the same half second.
  const servedIn = (from: number) =>
    exchanges.filter(
      (done) =>
        isServed(done) && done.sentAt + done.duration >= from && done.sentAt + done.duration < from + 500,
    ).length;
  let recovery = 0;
  while (recovery < AFTER && servedIn(thawed + recovery) < CALLERS / 2) recovery += 100;
  report.measured(DRILL, 'callers, requests during a hang of 10 s', `${CALLERS}, ${during.length}`);
  const statuses = statusesOf(exchanges);
  report.measured(DRILL, 'statuses', statuses, statuses.areAmong([200, 201, 503]));
  report.measured(DRILL, 'longest response', `${Math.round(longest)} ms`, longest <= MAX_RESPONSE);
  const p50 = quantile(open, 0.5);
  report.measured(
    DRILL,
    `refusals once the circuit is open: p50, p99`,
    `${p50.toFixed(0)} ms, ${quantile(open, 0.99).toFixed(0)} ms`,
    open.length > 0 && p50 < MAX_OPEN_P50,
  );
  report.measured(DRILL, 'half of the callers are served after', `${recovery} ms`, recovery <= MAX_RECOVERY);
  const p99 = quantile(health, 0.99);
  report.measured(DRILL, '/health throughout: p99', `${p99.toFixed(1)} ms`, p99 < MAX_HEALTH_P99);
  report.measured(
    DRILL,
    'memory before, most',
    `${Math.round(memory)} MiB, ${Math.round(most)} MiB`,
    most <= memory + MAX_GROWTH,
  );
  await stopService(setup, DRILL, service);
}

/** Creates at ten times the rate that the service can serve, whether or not there are responses. */
async function overloadCreates(setup: Setup): Promise<void> {
  const { report, postgres } = setup;
  const service = await startService(setup, { DATABASE_URL: postgres.url, MAX_CONNECTIONS: '20000' });
  await query(
    postgres.url,
    `CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(${STATEMENT}); RETURN NULL; END';
     CREATE TRIGGER slow AFTER INSERT ON tasks EXECUTE FUNCTION slow()`,
  );
  const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
  const created = new Set<string>();
  const create = async (): Promise<Exchange> => {
    const title = randomUUID();
    const done = await send(service.base, agent, title);
    if (done.status === 201) created.add(title);
    return done;
  };
  /** The number of creates per second that succeed while clients wait for their responses. */
  const capacity = async (duration: number): Promise<number> => {
    const began = performance.now();
    let served = 0;
    const client = async () => {
      while (performance.now() < began + duration) if (isServed(await create())) served++;
    };
    await Promise.all(Array.from({ length: CLIENTS }, client));
    return (served * 1_000) / (performance.now() - began);
  };
  await capacity(MEASURED / 2);
  const peak = await capacity(MEASURED);
  const open = new Set<Promise<void>>();
  const exchanges: Exchange[] = [];
  const began = performance.now();
  let sent = 0;
  for (let now = began; now < began + OVERLOADED; now = performance.now()) {
    while (sent < ((now - began) / 1_000) * peak * FACTOR && open.size < MAX_UNANSWERED) {
      sent++;
      const one: Promise<void> = create().then((done) => {
        exchanges.push(done);
        open.delete(one);
      });
      open.add(one);
    }
    await delay(5);
  }
  const seconds = (performance.now() - began) / 1_000;
  const goodput = exchanges.filter(isServed).length / seconds;
  const ended = performance.now();
  // A create that is sent now waits behind those that still wait.
  while (!isServed(await create()) && performance.now() < ended + 5 * MAX_BACKLOG) await delay(50);
  const recovery = performance.now() - ended;
  await Promise.all(open);
  const after = await capacity(MEASURED);
  agent.destroy();
  const share = (rate: number) => `${Math.round(rate)}/s, ${Math.round((100 * rate) / peak)} %`;
  report.measured(DRILL, 'capacity of creates', `${Math.round(peak)}/s`);
  report.measured(DRILL, 'creates offered for 30 s', share(sent / seconds));
  const statuses = statusesOf(exchanges);
  report.measured(DRILL, 'statuses', statuses, statuses.areAmong([201, 503]));
  report.measured(
    DRILL,
    `creates served, at least ${MIN_GOODPUT * 100} %`,
    share(goodput),
    goodput >= MIN_GOODPUT * peak,
  );
  report.measured(
    DRILL,
    'a create that is sent at its end is served after',
    `${Math.round(recovery)} ms`,
    recovery <= MAX_BACKLOG,
  );
  report.measured(DRILL, 'creates served afterwards', share(after), after >= MIN_GOODPUT * peak);
  await query(postgres.url, 'DROP TRIGGER slow ON tasks; DROP FUNCTION slow');
  const titles = new Set((await tasksIn(postgres.url)).map(({ title }) => title));
  const lost = [...created].filter((title) => !titles.has(title)).length;
  report.measured(DRILL, 'acknowledged creates, lost', `${created.size}, ${lost}`, lost === 0);
  await stopService(setup, DRILL, service);
}
