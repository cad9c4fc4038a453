import { parseArgs } from 'node:util';
import { UsageError } from '../lib/command.ts';
import type { Peer } from '../lib/peer-manifest.ts';

export interface Options {
  peers: Peer[];
  workers: number;
  poolMax: number;
}

export const usage = `Usage: npm run bench:conform -- [peer…] [options]
  peer          whom to check; all by default
  --all         all, which is the default
  --workers N   processes or threads that serve in each; 1 by default
  --pool-max N  connections to the database that each may have; 10 by default`;

/**
 * Parses the command line.
 *
 * @throws {UsageError} if it does not match {@link usage}, or names an unknown peer.
 */
export function readOptions(args: readonly string[], peers: readonly Peer[]): Options {
  const { values, positionals } = parse(args);
  const names = positionals.flatMap((name) => name.split(',')).filter((name) => name !== '');
  if (values.all && names.length > 0) throw new UsageError('Use either --all or names.');
  const unknown = names.find((name) => !peers.some((peer) => peer.name === name));
  if (unknown !== undefined) {
    throw new UsageError(
      `The peer ${unknown} is unknown. Known peers: ${peers.map(({ name }) => name).join(', ')}.`,
    );
  }
  return {
    peers: peers.filter(({ name }) => names.length === 0 || names.includes(name)),
    workers: positive('workers', values.workers),
    poolMax: positive('pool-max', values['pool-max']),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        all: { type: 'boolean', default: false },
        workers: { type: 'string', default: '1' },
        'pool-max': { type: 'string', default: '10' },
      },
    });
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function positive(option: string, text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > 100) {
    throw new UsageError(`--${option} must be an integer from 1 to 100, not "${text}".`);
  }
  return number;
}
