import { type Static, Type } from '@sinclair/typebox';
import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import type { ClientConfig } from 'pg';
import { OneOf } from '../schemas/fields.ts';
import { ConfigError, renamed } from './config-error.ts';
import type { MigrationSettings } from './database/prepare.ts';
import { readServerUrl } from './database/server-url.ts';
import type { EventSettings } from './events/plugin.ts';
import type { WebhookSettings } from './features/webhooks/settings.ts';
import { corsOrigins, trustProxy } from './http/settings.ts';
import { type AuthSettings, readAuth } from './identity/settings.ts';
import type { LimitSettings } from './limits/plugin.ts';
import { readQuota, readRedisUrl } from './limits/quota.ts';
import { readTracing, SAMPLERS, type TracingSettings } from './tracing/settings.ts';
import { coercer } from './validation/coercion.ts';

export { ConfigError };

const Environment = Type.Object({
  NODE_ENV: Type.Optional(Type.String()),
  HOST: Type.String({ minLength: 1, default: '127.0.0.1' }),
  PORT: Type.Integer({ minimum: 0, maximum: 65_535, default: 3000 }),
  METRICS_HOST: Type.String({ minLength: 1, default: '127.0.0.1' }),
  METRICS_PORT: Type.Optional(Type.Integer({ minimum: 0, maximum: 65_535 })),
  DATABASE_URL: Type.Optional(Type.String()),
  DATA_DIR: Type.String({ minLength: 1, default: './data' }),
  DATA_FSYNC: OneOf(['on', 'off'], {
    description: 'Whether a commit of the embedded PostgreSQL waits for the disk.',
    default: 'on',
  }),
  MIGRATE: OneOf(['on', 'check', 'off'], {
    description: 'Whether a start runs pending migrations, fails if there are some, or does not look.',
    default: 'on',
  }),
  MIGRATION_DATABASE_URL: Type.Optional(Type.String()),
  DB_POOL_MAX: Type.Integer({ minimum: 1, maximum: 10_000, default: 10 }),
  MAX_TASKS: Type.Integer({ minimum: 0, maximum: 2_147_483_647, default: 1000 }),
  LIST_CACHE_SECONDS: Type.Integer({ minimum: 0, maximum: 86_400, default: 0 }),
  CORS_ORIGINS: Type.String({ default: 'http://localhost:3000,https://myapp.com' }),
  TRUST_PROXY: Type.String({ default: '' }),
  BODY_LIMIT: Type.Integer({ minimum: 1, maximum: 268_435_456, default: 32_768 }),
  MAX_CONNECTIONS: Type.Integer({ minimum: 1, maximum: 1_000_000, default: 2000 }),
  KEEP_ALIVE_SECONDS: Type.Integer({ minimum: 1, maximum: 86_400, default: 72 }),
  DRAIN_SECONDS: Type.Integer({ minimum: 0, maximum: 3600, default: 0 }),
  LOG_LEVEL: OneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
    description: 'Pino’s levels.',
    default: 'info',
  }),
  VALIDATE_RESPONSES: Type.Optional(Type.Boolean()),
  AUTH: Type.Optional(OneOf(['on', 'off'], { description: 'Whether requests need a credential.' })),
  AUTH_ISSUER: Type.Optional(Type.String()),
  AUTH_AUDIENCE: Type.Optional(Type.String()),
  AUTH_JWKS_URL: Type.Optional(Type.String()),
  AUTH_ALGORITHMS: Type.String({ minLength: 1, default: 'ES256,RS256,PS256,EdDSA' }),
  AUTH_SCOPE_CLAIM: Type.String({ minLength: 1, default: 'scope' }),
  API_KEYS: Type.String({ default: '' }),
  IDEMPOTENCY_HOURS: Type.Integer({ minimum: 1, maximum: 8760, default: 24 }),
  EVENTS_RETENTION_DAYS: Type.Integer({ minimum: 1, maximum: 3650, default: 7 }),
  EVENTS_MAX_CLIENTS: Type.Integer({ minimum: 0, maximum: 1_000_000, default: 5000 }),
  EVENTS_CLIENT_BUFFER: Type.Integer({ minimum: 1024, maximum: 268_435_456, default: 262_144 }),
  IMPORT_LIMIT: Type.Integer({ minimum: 1, maximum: 2_147_483_647, default: 268_435_456 }),
  IMPORTS_MAX: Type.Integer({ minimum: 1, maximum: 1_000, default: 2 }),
  EXPORTS_MAX: Type.Integer({ minimum: 1, maximum: 1_000, default: 2 }),
  WEBHOOKS: OneOf(['on', 'off'], {
    description: 'Whether this instance sends the events of webhooks.',
    default: 'on',
  }),
  WEBHOOKS_ALLOW_PRIVATE: Type.Boolean({ default: false }),
  WEBHOOKS_MAX: Type.Integer({ minimum: 0, maximum: 10_000, default: 20 }),
  WEBHOOKS_RETRY_DAYS: Type.Integer({ minimum: 1, maximum: 30, default: 3 }),
  RATE_LIMIT: Type.String({ minLength: 1, default: 'off' }),
  REDIS_URL: Type.Optional(Type.String()),
  OTEL_EXPORTER_OTLP_ENDPOINT: Type.Optional(Type.String()),
  OTEL_SERVICE_NAME: Type.String({ minLength: 1, default: 'setlist' }),
  OTEL_TRACES_SAMPLER: OneOf(SAMPLERS, {
    description: 'Which requests are traced.',
    default: 'parentbased_traceidratio',
  }),
  OTEL_TRACES_SAMPLER_ARG: Type.String({ default: '1' }),
  REQUEST_DEADLINE_MS: Type.Integer({ minimum: 100, maximum: 600_000, default: 5_000 }),
  BATCHING: OneOf(['on', 'off'], {
    description: 'Whether concurrent requests share statements.',
    default: 'on',
  }),
});

/** The names of all settings. */
export const settings: readonly string[] = Object.keys(Environment.properties);

/** The address on which a process serves its metrics. */
export interface MetricsAddress {
  readonly host: string;
  readonly port: number;
}

/** The validated settings; see the table in the README. */
export interface Config {
  readonly host: string;
  readonly port: number;
  /** The address of the metrics; undefined: there are none. */
  readonly metrics: MetricsAddress | undefined;
  /** The connection to a PostgreSQL server; undefined means the embedded PostgreSQL. */
  readonly databaseServer: ClientConfig | undefined;
  readonly migrations: MigrationSettings;
  /** The folder of the embedded PostgreSQL; `memory://` stores nothing. */
  readonly dataDir: string;
  /** Whether a commit of the embedded PostgreSQL waits for the disk. */
  readonly dataFsync: boolean;
  readonly dbPoolMax: number;
  /** The maximum number of tasks; 0 means no limit. */
  readonly maxTasks: number;
  /** The time that any cache may return a list without asking the service, in seconds; 0 means not at all. */
  readonly listCacheSeconds: number;
  readonly corsOrigins: readonly string[];
  /** The proxies with trusted `X-Forwarded-*` headers: addresses, CIDRs and names of address ranges. */
  readonly trustProxy: readonly string[];
  /** The maximum size of a request body in bytes. */
  readonly bodyLimit: number;
  /** The maximum number of open connections; further connections are closed immediately. */
  readonly maxConnections: number;
  /** The maximum idle time of a connection in milliseconds. */
  readonly keepAliveTimeout: number;
  /** The time that the service still listens after a signal, so that load balancers detect that it is not ready. */
  readonly drainSeconds: number;
  readonly logLevel: string;
  /** Whether responses are validated against their schema before they are sent. */
  readonly validateResponses: boolean;
  /** The accepted credentials; undefined: everyone may read and write. */
  readonly auth: AuthSettings | undefined;
  /** The time that idempotency keys are remembered, in hours. */
  readonly idempotencyHours: number;
  /** Events and their streams. */
  readonly events: EventSettings;
  /** The maximum size of the body of an import, in bytes. */
  readonly importLimit: number;
  /** The number of imports at a time. */
  readonly importsMax: number;
  /** The number of exports at a time. */
  readonly exportsMax: number;
  readonly webhooks: WebhookSettings;
  /** The limits of requests. */
  readonly limits: LimitSettings;
  /** Traces; undefined: there are none. */
  readonly tracing: TracingSettings | undefined;
  /** The maximum time that a request waits for the database, including queues, in milliseconds. */
  readonly requestDeadline: number;
  /** Whether concurrent requests share statements. */
  readonly batching: boolean;
}

const validate = new Ajv2020({ useDefaults: true, verbose: true, validateSchema: false }).compile<
  Static<typeof Environment>
>(Environment);
const coerce = coercer(Environment);

/**
 * Reads the settings from the given variables, typically `process.env`.
 *
 * @throws {ConfigError} if a value is invalid.
 */
export function readConfig(variables: Readonly<Record<string, string | undefined>>): Config {
  const environment: Record<string, unknown> = { ...variables };
  coerce(environment);
  if (!validate(environment)) throw settingError(validate.errors?.[0]);
  return Object.freeze({
    host: environment.HOST,
    port: environment.PORT,
    metrics: metricsAddress(environment),
    databaseServer: environment.DATABASE_URL ? readServerUrl(environment.DATABASE_URL) : undefined,
    migrations: migrationSettings(environment),
    dataDir: environment.DATA_DIR,
    dataFsync: environment.DATA_FSYNC === 'on',
    dbPoolMax: environment.DB_POOL_MAX,
    maxTasks: environment.MAX_TASKS,
    listCacheSeconds: listCacheSeconds(environment),
    corsOrigins: Object.freeze(corsOrigins(environment.CORS_ORIGINS)),
    trustProxy: Object.freeze(trustProxy(environment.TRUST_PROXY)),
    bodyLimit: environment.BODY_LIMIT,
    maxConnections: environment.MAX_CONNECTIONS,
    keepAliveTimeout: environment.KEEP_ALIVE_SECONDS * 1000,
    drainSeconds: environment.DRAIN_SECONDS,
    logLevel: environment.LOG_LEVEL,
    validateResponses: environment.VALIDATE_RESPONSES ?? environment.NODE_ENV !== 'production',
    auth: readAuth(environment),
    idempotencyHours: environment.IDEMPOTENCY_HOURS,
    events: {
      retentionDays: environment.EVENTS_RETENTION_DAYS,
      // Streams leave a quarter of the connections to requests.
      maxClients: Math.min(environment.EVENTS_MAX_CLIENTS, Math.floor(environment.MAX_CONNECTIONS * 0.75)),
      clientBuffer: environment.EVENTS_CLIENT_BUFFER,
    },
    importLimit: environment.IMPORT_LIMIT,
    importsMax: environment.IMPORTS_MAX,
    exportsMax: environment.EXPORTS_MAX,
    webhooks: {
      isSending: environment.WEBHOOKS === 'on',
      allowPrivate: environment.WEBHOOKS_ALLOW_PRIVATE,
      maxPerOwner: environment.WEBHOOKS_MAX,
      patience: environment.WEBHOOKS_RETRY_DAYS * 86_400_000,
    },
    limits: { quota: readQuota(environment.RATE_LIMIT), redisUrl: readRedisUrl(environment.REDIS_URL) },
    tracing: readTracing(environment),
    requestDeadline: environment.REQUEST_DEADLINE_MS,
    batching: environment.BATCHING === 'on',
  });
}

function settingError(error: ErrorObject | undefined): ConfigError {
  const { type, enum: values, minimum, maximum } = error?.parentSchema ?? {};
  const wanted =
    values !== undefined
      ? `one of ${values.join(', ')}`
      : type === 'integer'
        ? `a whole number from ${minimum} to ${maximum}`
        : type === 'boolean'
          ? 'true or false'
          : 'a text that is not empty';
  return new ConfigError(
    error?.instancePath.slice(1) ?? '',
    `must be ${wanted}, but is ${JSON.stringify(error?.data)}.`,
  );
}

function migrationSettings({
  MIGRATE: mode,
  MIGRATION_DATABASE_URL: url,
  DATABASE_URL,
}: Static<typeof Environment>): MigrationSettings {
  if (!url) return Object.freeze({ mode, server: undefined });
  if (!DATABASE_URL) throw new ConfigError('MIGRATION_DATABASE_URL', 'needs DATABASE_URL.');
  try {
    return Object.freeze({ mode, server: readServerUrl(url) });
  } catch (error) {
    throw renamed(error, 'MIGRATION_DATABASE_URL');
  }
}

function listCacheSeconds(environment: Static<typeof Environment>): number {
  const { LIST_CACHE_SECONDS: seconds } = environment;
  if (seconds > 0 && readAuth(environment))
    throw new ConfigError('LIST_CACHE_SECONDS', 'must be 0 with AUTH=on: lists depend on the caller.');
  return seconds;
}

function metricsAddress({
  PORT,
  METRICS_HOST: host,
  METRICS_PORT: port,
}: Static<typeof Environment>): MetricsAddress | undefined {
  if (port === undefined) return undefined;
  if (port === PORT && port !== 0)
    throw new ConfigError('METRICS_PORT', `must differ from PORT, but both are ${port}.`);
  return Object.freeze({ host, port });
}
