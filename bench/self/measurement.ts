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

/** The result of one measurement. */
export interface Measurement extends Step, LoadResult {
  requestsPerSecond: number;
  /** The processor time of the server's process, in microseconds per request. */
  serverMicros: number;
  /** The same for PostgreSQL with all its processes; undefined for the embedded one. */
  postgresMicros: number | undefined;
  /** The average number of requests per statement, including the warm-up. */
  requestsPerBatch: number | undefined;
  /** All counts of the batchers, including the warm-up. */
  batches: BatchCounts | undefined;
}

export interface Conditions {
  stage: Stage;
  generator: LoadGenerator;
  /** The duration, in seconds; the warm-up takes about half as long. */
  seconds: number;
  /** A folder for temporary files. */
  folder: string;
  signal: AbortSignal;
}

/** The duration of the warm-up before a measurement of the given duration, in seconds. */
export const warmUpSeconds = (seconds: number): number => Math.max(1, Math.round(seconds / 2));

/** Makes one measurement with its own server. */
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
