import { max, min } from 'simple-statistics';
import type { Measurement } from './measurement.ts';
import type { Mode, ScenarioName, Target } from './scenarios.ts';
import { medianOf } from './summary.ts';

/** The target of a ratio; without bounds, it is only reported. */
interface Goal {
  atLeast?: number;
  atMost?: number;
}

/** The compared measure. */
export interface RatioDefinition extends Goal {
  title: string;
  measure: 'requests/s' | 'p50' | 'CPU';
  of: Target;
  over: Target;
  connections: number;
}

/** A measured ratio: the median, minimum and maximum of the rounds. */
export interface Ratio extends RatioDefinition {
  rounds: readonly number[];
  median: number | undefined;
  least: number | undefined;
  most: number | undefined;
  verdict: 'met' | 'missed' | 'reported' | 'not measured';
}

const CONNECTIONS = 64;
const target = (scenario: ScenarioName, mode: Mode): Target => ({ scenario, mode });
const twins = (scenario: ScenarioName) => ({
  of: target(scenario, 'batched'),
  over: target(scenario, 'plain'),
  measure: 'requests/s' as const,
  connections: CONNECTIONS,
});

/** The targets of Setlist. */
export const ratioDefinitions: readonly RatioDefinition[] = [
  {
    ...twins('get'),
    title: 'GET by id, batched ÷ GET /health',
    over: target('health', 'single'),
    atLeast: 0.8,
  },
  { ...twins('get'), title: 'GET by id, batched ÷ plain', atLeast: 3.5 },
  { ...twins('get'), title: 'GET by id, batched ÷ plain', measure: 'CPU', atMost: 0.3 },
  { ...twins('list-same'), title: 'GET list, same query, batched ÷ plain', atLeast: 3 },
  { ...twins('list-random'), title: 'GET list, random filter, batched ÷ plain', atLeast: 1 },
  { ...twins('create'), title: 'POST song, batched ÷ plain', atLeast: 2.5 },
  { ...twins('replace'), title: 'PUT task, batched ÷ plain' },
  { ...twins('embedded-get'), title: 'GET by id, embedded, batched ÷ plain', atLeast: 5 },
  { ...twins('get'), title: 'GET by id, batched ÷ plain', measure: 'p50', connections: 1, atMost: 1.05 },
  {
    title: 'GET /health ÷ node:http',
    measure: 'requests/s',
    of: target('health', 'single'),
    over: target('static', 'single'),
    connections: CONNECTIONS,
    atLeast: 0.75,
  },
];

/** Divides measurements of the same round, and returns the median over the rounds. */
export function computeRatios(
  measurements: readonly Measurement[],
  definitions: readonly RatioDefinition[] = ratioDefinitions,
): Ratio[] {
  return definitions.map((definition) => {
    const rounds = ratiosByRound(measurements, definition);
    const median = medianOf(rounds);
    return {
      ...definition,
      rounds,
      median,
      least: median === undefined ? undefined : min(rounds),
      most: median === undefined ? undefined : max(rounds),
      verdict: verdictOn(median, definition),
    };
  });
}

function ratiosByRound(measurements: readonly Measurement[], definition: RatioDefinition): number[] {
  const { of, over, measure, connections } = definition;
  const find = (target: Target) =>
    measurements.filter(
      (measurement) =>
        measurement.scenario === target.scenario &&
        measurement.mode === target.mode &&
        measurement.connections === connections &&
        measurement.problems.length === 0,
    );
  const bases = new Map(find(over).map((measurement) => [measurement.round, measured(measurement, measure)]));
  return find(of).flatMap((measurement) => {
    const base = bases.get(measurement.round);
    const ratio = base === undefined ? Number.NaN : measured(measurement, measure) / base;
    return Number.isFinite(ratio) ? [ratio] : [];
  });
}

function measured(measurement: Measurement, measure: RatioDefinition['measure']): number {
  switch (measure) {
    case 'requests/s':
      return measurement.requestsPerSecond;
    case 'p50':
      return measurement.p50Ms;
    case 'CPU':
      return measurement.serverMicros + (measurement.postgresMicros ?? 0);
  }
}

function verdictOn(median: number | undefined, { atLeast, atMost }: Goal): Ratio['verdict'] {
  if (median === undefined) return 'not measured';
  if (atLeast === undefined && atMost === undefined) return 'reported';
  return median >= (atLeast ?? 0) && median <= (atMost ?? Number.POSITIVE_INFINITY) ? 'met' : 'missed';
}
