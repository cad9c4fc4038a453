import { type ServerProcess, setlist, startServer } from '../../scripts/server-process.ts';
import type { LoadResult } from '../lib/load/load.ts';
import type { LoadGenerator } from '../lib/load/load-generator.ts';
import { requestsOf } from '../lib/load/requests.ts';
import { staticServer } from '../lib/machine.ts';
import { processTime, processTreeTime } from '../lib/processor-time.ts';
import { type BatchCounts, batchCountsIn, requestsPerBatch } from './batch-counts.ts';
import type { Step } from './plan.ts';
import { probe } from './probe.ts';
import { type Scenario, scenarios } from './scenarios.ts';
import type { Prepared, Stage } from './stage.ts';

/** What was seen in one measurement. */
export interface Measurement extends Step, LoadResult {
  requestsPerSecond: number;
  /** The processor time of the server's process, in microseconds a request. */
  serverMicros: number;
  /** The same of PostgreSQL with all its processes; undefined where it is none of its own. */
  postgresMicros: number | undefined;
  /** How many requests one statement answered, on average, warm-up included. */
  requestsPerBatch: number | undefined;
  /** Everything that the batchers counted, warm-up included. */
  batches: BatchCounts | undefined;
}

export interface Conditions {
  stage: Stage;
  generator: LoadGenerator;
  /** How long it takes, in seconds; the warm-up before it about half as long. */
  seconds: number;
  /** Where files may be put. */
  folder: string;
  signal: AbortSignal;
}

/** How long the same requests are sent before a measurement of so many seconds, in seconds. */
export const warmUpSeconds = (seconds: number): number => Math.max(1, Math.round(seconds / 2));

/** Makes one measurement, with a server that is started for it and ended after it. */
export async function measure(step: Step, conditions: Conditions): Promise<Measurement> {
  const { stage, folder, signal } = conditions;
  const scenario: Scenario = scenarios[step.scenario];
  const prepared = await stage.prepare(scenario, step.mode);
  const script = scenario.server === 'static' ? staticServer : setlist;
  const server = await startServer(script, prepared.environment, folder, signal);
  let log = '';
  let seen: Awaited<ReturnType<typeof load>>;
  try {
    seen = await load(step, conditions, scenario, prepared, server);
  } finally {
    log = await server.stop();
  }
  const batches = batchCountsIn(log);
  return { ...step, ...seen, requestsPerBatch: requestsPerBatch(batches), batches };
}

async function load(
  { connections }: Step,
  { generator, seconds, folder, signal }: Conditions,
  scenario: Scenario,
  { loaded, postgres }: Prepared,
  { base, pid }: ServerProcess,
) {
  const send = (phase: number, seconds: number) =>
    generator.run({
      base,
      requests: requestsOf(scenario, loaded, phase),
      statuses: [scenario.status],
      connections,
      seconds,
      folder,
      signal,
    });
  await probe(base, requestsOf(scenario, loaded, 0), scenario.status, signal);
  const warmUp = await send(1, warmUpSeconds(seconds));
  const times = () =>
    [processTime(pid), postgres === undefined ? undefined : processTreeTime(postgres)] as const;
  const [serverBefore, postgresBefore] = times();
  const result = await send(2, seconds);
  const [serverAfter, postgresAfter] = times();
  return {
    ...result,
    problems: [...warmUp.problems.map((problem) => `warm-up: ${problem}`), ...result.problems],
    requestsPerSecond: result.requests / result.seconds,
    serverMicros: (serverAfter - serverBefore) / result.requests,
    postgresMicros:
      postgresBefore === undefined || postgresAfter === undefined
        ? undefined
        : (postgresAfter - postgresBefore) / result.requests,
  };
}
