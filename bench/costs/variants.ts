import { randomUUID } from 'node:crypto';
import { generateApiKey, hashOf } from '../../src/identity/api-keys.ts';
import type { RequestTemplate } from '../lib/load/requests.ts';
import type { Helpers } from './helpers.ts';

/** An optional function of the service. */
export interface Variant {
  title: string;
  /** The settings of its server; the other server has none of them. */
  environment: Readonly<Record<string, string>>;
  /** A change of the database of the other server. */
  otherDatabase?: string;
  /** The requests to both servers. */
  requests: RequestTemplate & { status: number };
  /** Additional headers of the requests to its server. */
  headers?: Readonly<Record<string, string>>;
}

const read = {
  requests: { method: 'GET', path: '/songs/{n}', numbers: 'song ids', status: 200 },
} as const;
const list = {
  requests: { method: 'GET', path: '/songs?artist=Artist%20{n}', numbers: 'artists', status: 200 },
} as const;
const create = {
  requests: {
    method: 'POST',
    path: '/songs',
    body: '{"song":"Created {n}","artist":"Artist of the benchmark","year":2024}',
    numbers: 'unique',
    status: 201,
  },
} as const;

export const variantNames = [
  'get',
  'list',
  'create',
  'metrics',
  'traces-0',
  'traces-1',
  'traces-100',
  'limit',
  'redis',
  'key',
  'token',
  'idempotency',
  'events',
] as const;
export type VariantName = (typeof variantNames)[number];

/** The variants. `get`, `list` and `create` turn on nothing: their differences are noise, or those of two builds. */
export function variantsWith({ url, redisUrl, token, audience }: Helpers): Record<VariantName, Variant> {
  const key = generateApiKey();
  const tracing = (ratio: string) => ({
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    OTEL_TRACES_SAMPLER: 'traceidratio',
    OTEL_TRACES_SAMPLER_ARG: ratio,
  });
  const RATE_LIMIT = '1000000/1';
  return {
    get: { ...read, title: 'GET by id', environment: {} },
    list: { ...list, title: 'list, random artists', environment: {} },
    create: { ...create, title: 'POST', environment: {} },
    metrics: { ...read, title: 'METRICS_PORT', environment: { METRICS_PORT: '0' } },
    'traces-0': { ...read, title: 'traces, 0 %', environment: tracing('0') },
    'traces-1': { ...read, title: 'traces, 1 %', environment: tracing('0.01') },
    'traces-100': { ...read, title: 'traces, 100 %', environment: tracing('1') },
    limit: { ...read, title: 'RATE_LIMIT, local', environment: { RATE_LIMIT } },
    redis: { ...read, title: 'RATE_LIMIT, Redis', environment: { RATE_LIMIT, REDIS_URL: redisUrl } },
    key: {
      ...read,
      title: 'AUTH=on, API key',
      environment: { AUTH: 'on', API_KEYS: `bench:${hashOf(key).toString('hex')}:songs:read` },
      headers: { Authorization: `Bearer ${key}` },
    },
    token: {
      ...read,
      title: 'AUTH=on, known token',
      environment: { AUTH: 'on', AUTH_ISSUER: url, AUTH_JWKS_URL: url, AUTH_AUDIENCE: audience },
      headers: { Authorization: `Bearer ${token}` },
    },
    idempotency: {
      ...create,
      title: 'POST: Idempotency-Key',
      environment: {},
      headers: { 'Idempotency-Key': `${randomUUID()}-{n}` },
    },
    events: {
      ...create,
      title: 'POST: event and audit entry',
      environment: {},
      otherDatabase: 'DROP TRIGGER songs_recorded_insert ON songs',
    },
  };
}
