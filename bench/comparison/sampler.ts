import { setTimeout as delay } from 'node:timers/promises';
import type { ReadyRequest } from './scenario-requests.ts';

/** The interval between samples, in milliseconds: two requests per second among thousands. */
const PAUSE = 500;

/** The time limit of a response, in milliseconds. */
const DEADLINE = 10_000;

/** The maximum number of reported problems. */
const PROBLEMS = 3;

/** The result of sampled responses during a measurement. */
export interface Sample {
  /** The number of requests. */
  looks: number;
  problems: string[];
}

/**
 * Sends occasional requests while a function runs, and checks the full responses: load generators only count responses.
 */
export async function whileSampling<Result>(
  base: string,
  next: () => ReadyRequest,
  during: () => Promise<Result>,
): Promise<{ result: Result; sample: Sample }> {
  const over = new AbortController();
  const sampling = sampleUntil(over.signal, base, next);
  try {
    const result = await during();
    over.abort();
    return { result, sample: await sampling };
  } finally {
    over.abort();
    await sampling;
  }
}

async function sampleUntil(over: AbortSignal, base: string, next: () => ReadyRequest): Promise<Sample> {
  const sample: Sample = { looks: 0, problems: [] };
  do {
    sample.looks++;
    const problem = await look(base, next());
    if (problem !== undefined && sample.problems.length < PROBLEMS) sample.problems.push(problem);
    await delay(PAUSE, undefined, { signal: over }).catch(() => {});
  } while (!over.aborted);
  return sample;
}

/** Sends one request, and returns the fault of the response; undefined if it is valid. */
export async function look(base: string, request: ReadyRequest): Promise<string | undefined> {
  const { method, path, body, status, check } = request;
  const place = `${method} ${path}`;
  try {
    const response = await fetch(`${base}${path}`, {
      method,
      signal: AbortSignal.timeout(DEADLINE),
      ...(body !== undefined && { headers: { 'content-type': 'application/json' }, body }),
    });
    const text = await response.text();
    if (response.status !== status) return `${place}: the status ${response.status}, not ${status}`;
    const type = response.headers.get('content-type') ?? 'none';
    if (!type.startsWith('application/json')) return `${place}: the content type is ${type}`;
    const difference = check(JSON.parse(text));
    return difference && `${place}: ${difference}`;
  } catch (error) {
    return `${place}: ${error instanceof Error ? error.message : error}`;
  }
}
