import { type Loaded, numberSource, type Requests, requestsOf, type Share } from '../lib/load/requests.ts';
import type { ScenarioName } from '../lib/results.ts';
import { type RequestKind, requestKinds } from './request-kinds.ts';
import { type Scenario, scenarios } from './scenarios.ts';

/** One request, ready to be sent, and what its answer is to be. */
export interface ReadyRequest {
  method: RequestKind['method'];
  path: string;
  body: string | undefined;
  status: number;
  /** What is wrong with a body; undefined where nothing is. */
  check(body: unknown): string | undefined;
}

/**
 * What a load generator is to send.
 *
 * @param phase Counts what is sent to one database, from 0: unique numbers differ between phases.
 */
export function sharesOf(name: ScenarioName, loaded: Loaded, phase: number): Requests | Share[] {
  const shares = scenarios[name].shares.map(({ percent, kind }) => ({
    percent,
    requests: requestsOf(requestKinds[kind], loaded, phase),
  }));
  const [only] = shares;
  return only && shares.length === 1 ? only.requests : shares;
}

/** The status of every answer that a scenario may get. */
export function statusesOf(name: ScenarioName): number[] {
  return [...new Set(scenarios[name].shares.map(({ kind }) => requestKinds[kind].status))];
}

/** The requests of a scenario one after the other, with random kinds and numbers from the given source. */
export function requestSource(
  name: ScenarioName,
  loaded: Loaded,
  phase: number,
  random: () => number,
): () => ReadyRequest {
  const scenario: Scenario = scenarios[name];
  const sources = scenario.shares.map(({ percent, kind }) => ({
    percent,
    next: kindSource(requestKinds[kind], loaded, phase, random),
  }));
  return () => {
    let draw = random() * 100;
    const source = sources.find(({ percent }) => {
      draw -= percent;
      return draw < 0;
    });
    const { next } = source ?? sources[0] ?? missing(name);
    return next();
  };
}

function kindSource(
  kind: RequestKind,
  loaded: Loaded,
  phase: number,
  random: () => number,
): () => ReadyRequest {
  const { path, body, numbers } = requestsOf(kind, loaded, phase);
  const next = numbers ? numberSource(numbers, random) : () => 0;
  return () => {
    const n = next();
    return {
      method: kind.method,
      path: path.replaceAll('{n}', String(n)),
      body: body?.replaceAll('{n}', String(n)),
      status: kind.status,
      check: (answer) => kind.check(answer, n, loaded),
    };
  };
}

function missing(name: ScenarioName): never {
  throw new Error(`The scenario ${name} has no requests.`);
}
