import { randomInt } from 'node:crypto';
import type { Check } from './check.ts';
import { checks as allChecks } from './checks/index.ts';
import { connect } from './client.ts';
import { Mismatch } from './expectations.ts';
import { type Tables, withTables } from './tables.ts';

/** A failed check. */
export interface Failure {
  check: string;
  /** The compared value, such as `POST /songs: status`. */
  what: string;
  /** As text; empty if no specific value was expected. */
  expected: string;
  got: string;
}

export interface Conformance {
  passed: number;
  failed: number;
  failures: Failure[];
  /** The duration of the checks, in milliseconds. */
  milliseconds: number;
}

export interface ConformanceOptions {
  /**
   * The number of random checks to run, for loaded tables during a measurement; checks that need exclusive tables are
   * excluded. By default, all checks run, and the tables must be new.
   */
  sample?: number;
  /** The maximum number of connections of the peer; 10 by default. */
  poolMax?: number;
  signal?: AbortSignal;
}

/**
 * Checks a running peer against the contract. The rows of the checks are removed.
 *
 * @param base The base URL of the peer, such as `http://127.0.0.1:3000`.
 * @param databaseUrl Its migrated database.
 */
export async function runConformance(
  base: string,
  databaseUrl: string,
  options: ConformanceOptions = {},
): Promise<Conformance> {
  return withTables(databaseUrl, (tables) => runChecks(chosen(options.sample), base, tables, options));
}

function chosen(sample: number | undefined): readonly Check[] {
  if (sample === undefined) return allChecks;
  const left = allChecks.filter(({ isAlone }) => !isAlone);
  return Array.from({ length: Math.min(sample, left.length) }, () =>
    left.splice(randomInt(left.length), 1),
  ).flat();
}

/** Runs the checks with the given tables. */
export async function runChecks(
  checks: readonly Check[],
  base: string,
  tables: Tables,
  { sample, poolMax = 10, signal }: ConformanceOptions = {},
): Promise<Conformance> {
  const began = performance.now();
  const before = await tables.totals();
  const failures: Failure[] = [];
  for (const check of checks) {
    signal?.throwIfAborted();
    const failure = await attempt(check, base, tables, poolMax);
    if (failure) failures.push(failure);
  }
  let total = checks.length;
  if (sample === undefined) {
    total++;
    const stray = strayRows(before, await tables.totals());
    if (stray) failures.push(stray);
  }
  const failed = failures.length;
  return { passed: total - failed, failed, failures, milliseconds: performance.now() - began };
}

/** Each check removes its rows by their token: a remaining row belongs to a request that must not create one. */
function strayRows(before: object, after: object): Failure | undefined {
  const [expected, got] = [JSON.stringify(before), JSON.stringify(after)];
  if (expected === got) return undefined;
  return { check: 'no rejected request created a row', what: 'rows', expected, got };
}

async function attempt(
  check: Check,
  base: string,
  tables: Tables,
  poolMax: number,
): Promise<Failure | undefined> {
  const token = `~${randomInt(36 ** 7, 36 ** 8).toString(36)}~`;
  const { send, close } = connect(base);
  try {
    await check.run({ send, tables, token, poolMax });
    return undefined;
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    if (!(error instanceof Mismatch)) return { check: check.name, what, expected: '', got: '' };
    return { check: check.name, what, expected: asText(error.expected), got: asText(error.got) };
  } finally {
    close();
    await tables.sweep(token);
  }
}

function asText(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');
  return text.length > 600 ? `${text.slice(0, 600)}…` : text;
}
