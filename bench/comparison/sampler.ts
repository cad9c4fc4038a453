import { setTimeout as delay } from 'node:timers/promises';
import type { ReadyRequest } from './scenario-requests.ts';

/** Between two looks, in milliseconds: two requests a second beside thousands. */
const PAUSE = 500;

/** How long an answer may take, in milliseconds. */
const DEADLINE = 10_000;

/** How many problems are told. */
const PROBLEMS = 3;

/** What one who looks at whole answers during a measurement has seen. */
export interface Sample {
  /** How many requests were sent. */
  looks: number;
  problems: string[];
}

/**
 * Sends a request now and then while something else goes on, and looks at the whole answer: load generators tell
 * little more of answers than how many there were.
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

/** Sends one request, and tells what is wrong with the answer; undefined where nothing is. */
export async function look(base: string, request: ReadyRequest): Promise<string | undefined> {
  const { method, path, body, status, check } = request;
  const place = `${method} ${path}`;
  try {
    const answer = await fetch(`${base}${path}`, {
      method,
      signal: AbortSignal.timeout(DEADLINE),
      ...(body !== undefined && { headers: { 'content-type': 'application/json' }, body }),
    });
    const text = await answer.text();
    if (answer.status !== status) return `${place}: the status ${answer.status}, not ${status}`;
    const type = answer.headers.get('content-type') ?? 'none';
    if (!type.startsWith('application/json')) return `${place}: the content type is ${type}`;
    const difference = check(JSON.parse(text));
    return difference && `${place}: ${difference}`;
  } catch (error) {
    return `${place}: ${error instanceof Error ? error.message : error}`;
  }
}
