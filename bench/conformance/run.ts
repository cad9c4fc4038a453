import { randomInt } from 'node:crypto';
import type { Check } from './check.ts';
import { checks as allChecks } from './checks/index.ts';
import { connect } from './client.ts';
import { Mismatch } from './expectations.ts';
import { type Tables, withTables } from './tables.ts';

/** A check that a peer did not pass. */
export interface Failure {
  check: string;
  /** What was looked at, such as `POST /songs: status`. */
  what: string;
  /** As text; empty where nothing in particular was expected. */
  expected: string;
  got: string;
}

export interface Conformance {
  passed: number;
  failed: number;
  failures: Failure[];
  /** How long the checks took, in milliseconds. */
  milliseconds: number;
}

export interface ConformanceOptions {
  /**
   * Run this many checks, drawn at random from those that need not have the tables for themselves: during a
   * measurement, on loaded tables. Without it, all run, and the tables must be new.
   */
  sample?: number;
  /** How many connections the peer was told to have at most; 10 by default. */
  poolMax?: number;
  signal?: AbortSignal;
}

/**
 * Holds a running peer against the contract. Whatever the checks add is removed again.
 *
 * @param base Where the peer listens, such as `http://127.0.0.1:3000`.
 * @param databaseUrl The database that it works with, migrated.
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

/** Runs these checks; for those who bring their own view of the tables. */
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

/** Each check removes its rows by their token; what is left came of a request that should have made no row. */
function strayRows(before: object, after: object): Failure | undefined {
  const [expected, got] = [JSON.stringify(before), JSON.stringify(after)];
  if (expected === got) return undefined;
  return { check: 'no refused request has left a row behind', what: 'rows', expected, got };
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
