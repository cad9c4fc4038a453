import type { FastifyReply, FastifyRequest } from 'fastify';
import { Counter, type Registry } from 'prom-client';
import type { RequestObserver } from '../logging/request-log.ts';
import { Durations } from './durations.ts';

/** In seconds; a read takes about a millisecond, and no request waits longer for the database than `REQUEST_DEADLINE_MS`. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** The methods with their own series. Clients may send any of about forty. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const OTHER_METHOD = 'other';
/** The route of requests for unknown paths, and for methods that a path does not have: clients choose their paths. */
const UNMATCHED = 'unmatched';

/** Counts and times requests. The number of series is limited by the contract, not by what clients send. */
export class RequestMetrics implements RequestObserver {
  readonly #durations: Durations;
  readonly #replays: Counter;

  constructor(registry: Registry) {
    this.#durations = new Durations(
      'setlist_http_request_duration_seconds',
      'The time from a request to the end of its response.',
      BUCKETS,
    );
    this.#durations.addTo(registry);
    this.#replays = new Counter({
      name: 'setlist_idempotency_replays_total',
      help: 'Creates whose Idempotency-Key was known: the response is the one of the first request.',
      registers: [registry],
    });
  }

  completed(request: FastifyRequest, reply: FastifyReply, status: number): void {
    const { method } = request;
    this.#durations.observe(
      METHODS.has(method) ? method : OTHER_METHOD,
      request.is404 ? UNMATCHED : (request.routeOptions.url ?? UNMATCHED),
      status,
      reply.elapsedTime / 1000,
    );
    if (method === 'POST' && reply.hasHeader('idempotency-replayed')) this.#replays.inc();
  }

  rejected(status: number): void {
    this.#durations.observe(OTHER_METHOD, UNMATCHED, status, 0);
  }
}
