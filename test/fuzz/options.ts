import { parseArgs } from 'node:util';

const TIERS = ['schemathesis', 'properties'] as const;
const DATABASES = ['server', 'embedded'] as const;

export type Tier = (typeof TIERS)[number];
export type DatabaseName = (typeof DATABASES)[number];

export interface Options {
  seeds: readonly number[];
  /** The number of examples per operation and seed. */
  examples: number;
  tiers: readonly Tier[];
  databases: readonly DatabaseName[];
  /** Restricts the properties to these operations. */
  operations?: readonly string[];
}

/** The arguments are invalid; the message is for the user. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const usage = `Usage: npm run test:fuzz -- [options]
  --seed N                        just this seed, or several: 1,2; by default 1,2,3
  --examples N                    how many examples each operation gets; 200 by default
  --only ${TIERS.join('|')}  just this tier
  --database ${DATABASES.join('|')}      just this database
  --operations NAME,...           just the properties of these operations`;

/**
 * Parses the command line.
 *
 * @throws {UsageError} if it does not match {@link usage}.
 */
export function readOptions(args: readonly string[]): Options {
  const { seed, examples, only, database, operations } = parse(args);
  return {
    seeds: (seed ?? '1,2,3').split(',').map((text) => natural('seed', text)),
    examples: natural('examples', examples ?? '200'),
    tiers: oneOf('only', TIERS, only),
    databases: oneOf('database', DATABASES, database),
    ...(operations !== undefined && { operations: operations.split(',') }),
  };
}

function parse(args: readonly string[]) {
  const option = { type: 'string' } as const;
  try {
    const options = { seed: option, examples: option, only: option, database: option, operations: option };
    return parseArgs({ args: [...args], options }).values;
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function natural(option: string, text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < 1 || number > 2_147_483_647) {
    throw new UsageError(`--${option} must be a positive integer, not "${text}".`);
  }
  return number;
}

function oneOf<Name extends string>(
  option: string,
  names: readonly Name[],
  given: string | undefined,
): readonly Name[] {
  if (given === undefined) return names;
  const name = names.find((candidate) => candidate === given);
  if (!name) throw new UsageError(`--${option} must be ${names.join(' or ')}, not "${given}".`);
  return [name];
}
