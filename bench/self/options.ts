import { parseArgs } from 'node:util';
import { UsageError } from '../lib/command.ts';
import { nodeVersion } from '../lib/node-version.ts';
import { type ScenarioName, scenarioNames } from './scenarios.ts';

/** The options of a run. */
export interface Options {
  /** The number of rounds. */
  rounds: number;
  /** The duration of one measurement, in seconds. */
  seconds: number;
  /** The numbers of connections, with one measurement each. */
  connections: readonly number[];
  scenarios: readonly ScenarioName[];
  /** The version of Node.js; undefined means the running one. */
  node: string | undefined;
}

export const usage = `Usage: npm run bench:self -- [options]
  --rounds N         how often everything is measured; 3 by default
  --seconds N        how long one measurement takes; 3 by default
  --connections N    just this number of connections, or several: 1,64; by default 1,16,64,256
  --only SCENARIO    just this scenario, or several: ${scenarioNames.join(',')}
  --node VERSION     the version of Node.js, such as 26, from the package registry; by default the running one
  --quick            one round of one second each, with 64 connections`;

/**
 * Parses the command line.
 *
 * @throws {UsageError} if it does not match {@link usage}.
 */
export function readOptions(args: readonly string[]): Options {
  const { quick, rounds, seconds, connections, only, node } = parse(args);
  return {
    rounds: positive('rounds', rounds ?? (quick ? '1' : '3')),
    seconds: positive('seconds', seconds ?? (quick ? '1' : '3')),
    connections: list(connections, quick ? ['64'] : ['1', '16', '64', '256']).map((number) =>
      positive('connections', number),
    ),
    scenarios: list(only, scenarioNames).map(scenario),
    node: node === undefined ? undefined : nodeVersion(node),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        rounds: { type: 'string' },
        seconds: { type: 'string' },
        connections: { type: 'string', multiple: true },
        only: { type: 'string', multiple: true },
        node: { type: 'string' },
        quick: { type: 'boolean', default: false },
      },
    }).values;
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function list(given: readonly string[] | undefined, otherwise: readonly string[]): string[] {
  return [...new Set(given?.flatMap((value) => value.split(',')) ?? otherwise)];
}

function positive(option: string, text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > 10_000) {
    throw new UsageError(`--${option} must be integers from 1 to 10000, not "${text}".`);
  }
  return number;
}

function scenario(text: string): ScenarioName {
  const name = scenarioNames.find((name) => name === text);
  if (!name) throw new UsageError(`--only must be one of ${scenarioNames.join(', ')}, not "${text}".`);
  return name;
}
