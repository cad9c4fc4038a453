import { parseArgs } from 'node:util';
import { UsageError } from '../lib/command.ts';
import { nodeVersion } from '../lib/node-version.ts';
import type { ScenarioName } from '../lib/results.ts';
import { scenarioNames } from './scenarios.ts';

/** The options of a run. */
export interface Options {
  /** The names of the peers to compare with Setlist; undefined means all. */
  only: readonly string[] | undefined;
  /** The number of rounds. */
  rounds: number;
  /** The number of latency rounds in the open loop. */
  openRounds: number;
  /** The duration of one measurement, in seconds. */
  seconds: number;
  /** The duration of the warm-up after each start, in seconds. */
  warmUpSeconds: number;
  connections: readonly number[];
  scenarios: readonly ScenarioName[];
  /** The number of serving processes or threads per peer. */
  workers: number;
  /** Requests per second in the open loop; by default, the slowest peer determines the rate. */
  rate: number | undefined;
  /** The seed of all random numbers. */
  seed: number;
  /** The version of Node.js; undefined means the running one. */
  node: string | undefined;
}

export const usage = `Usage: npm run bench -- [options]
  --only PEER        just this peer beside Setlist, or several: gin,fastapi
  --scenarios NAME   just this scenario, or several: ${scenarioNames.join(',')}
  --connections N    just this number of connections, or several; by default 1,16,64,256
  --rounds N         how often everything is measured; 6 by default
  --open-rounds N    how often latency is measured in the open loop; as often as all else by default
  --seconds N        how long one measurement takes; 2 by default
  --warm-up N        how long each server is warmed up after its start, in seconds; 5 by default
  --node VERSION     the version of Node.js, such as 26, from the package registry; by default the running one
  --workers N        how many processes or threads serve in each peer; 1 by default
  --rate N           requests a second in the open loop; by default 60 % of what the slowest peer can do
  --seed N           of everything random; drawn by default
  --quick            one round of one second each, 64 connections, a warm-up of one second: a first look`;

/**
 * Parses the command line.
 *
 * @throws {UsageError} if it does not match {@link usage}.
 */
export function readOptions(args: readonly string[]): Options {
  const given = parse(args);
  const { quick } = given;
  const rounds = whole('rounds', given.rounds ?? (quick ? '1' : '6'));
  return {
    only: given.only && list(given.only),
    rounds,
    openRounds: given['open-rounds'] === undefined ? rounds : whole('open-rounds', given['open-rounds']),
    seconds: whole('seconds', given.seconds ?? (quick ? '1' : '2')),
    warmUpSeconds: whole('warm-up', given['warm-up'] ?? (quick ? '1' : '5')),
    connections: list(given.connections ?? [quick ? '64' : '1,16,64,256']).map((text) =>
      whole('connections', text),
    ),
    scenarios: given.scenarios ? list(given.scenarios).map(scenario) : scenarioNames,
    workers: whole('workers', given.workers ?? '1', 64),
    rate: given.rate === undefined ? undefined : whole('rate', given.rate, 1_000_000),
    node: given.node === undefined ? undefined : nodeVersion(given.node),
    seed: given.seed === undefined ? drawSeed() : whole('seed', given.seed, MAX_SEED),
  };
}

const MAX_SEED = 2 ** 31 - 1;
const drawSeed = () => 1 + Math.floor(Math.random() * MAX_SEED);

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        only: { type: 'string', multiple: true },
        scenarios: { type: 'string', multiple: true },
        connections: { type: 'string', multiple: true },
        rounds: { type: 'string' },
        'open-rounds': { type: 'string' },
        seconds: { type: 'string' },
        'warm-up': { type: 'string' },
        workers: { type: 'string' },
        rate: { type: 'string' },
        seed: { type: 'string' },
        node: { type: 'string' },
        quick: { type: 'boolean', default: false },
      },
    }).values;
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function list(given: readonly string[]): string[] {
  return [...new Set(given.flatMap((value) => value.split(',')))];
}

function whole(option: string, text: string, most = 10_000): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > most) {
    throw new UsageError(`--${option} must be an integer from 1 to ${most}, not "${text}".`);
  }
  return number;
}

function scenario(text: string): ScenarioName {
  const name = scenarioNames.find((name) => name === text);
  if (!name) throw new UsageError(`--scenarios must be one of ${scenarioNames.join(', ')}, not "${text}".`);
  return name;
}
