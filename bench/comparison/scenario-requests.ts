import { type Loaded, numberSource, type Requests, requestsOf, type Share } from '../lib/load/requests.ts';
import type { ScenarioName } from '../lib/results.ts';
import { type RequestKind, requestKinds } from './request-kinds.ts';
import { type Scenario, scenarios } from './scenarios.ts';

/** A request and its expected response. */
export interface ReadyRequest {
  method: RequestKind['method'];
  path: string;
  body: string | undefined;
  status: number;
  /** Returns the fault of a body; undefined if it is valid. */
  check(body: unknown): string | undefined;
}

/**
 * The requests for a load generator.
 *
 * @param phase The number of the load on one database, from 0: unique numbers differ between phases.
 */
export function sharesOf(name: ScenarioName, loaded: Loaded, phase: number): Requests | Share[] {
  const shares = scenarios[name].shares.map(({ percent, kind }) => ({
    percent,
    requests: requestsOf(requestKinds[kind], loaded, phase),
  }));
  const [only] = shares;
  return only && shares.length === 1 ? only.requests : shares;
}

/** The expected statuses of a scenario. */
export function statusesOf(name: ScenarioName): number[] {
  return [...new Set(scenarios[name].shares.map(({ kind }) => requestKinds[kind].status))];
}

/** Returns the requests of a scenario one by one, with random kinds and numbers from the given source. */
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
      check: (response) => kind.check(response, n, loaded),
    };
  };
}

function missing(name: ScenarioName): never {
  throw new Error(`The scenario ${name} has no requests.`);
}
