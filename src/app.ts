import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import Fastify, { type FastifyHttpOptions, type FastifyInstance, type FastifyServerOptions } from 'fastify';
import { models as allModels } from '../schemas/index.ts';
import type { Model } from '../schemas/ref.ts';
import { afterResponse } from './background/after-response.ts';
import type { RunnerTiming } from './background/queue-runner.ts';
import { queues } from './background/queues.ts';
import { MAX_ROWS, retention } from './background/retention.ts';
import type { Config } from './config.ts';
import { batching } from './database/batching/plugin.ts';
import { database } from './database/plugin.ts';
import { docs, redoc } from './docs/plugin.ts';
import { events } from './events/plugin.ts';
import type { Feature } from './features/feature.ts';
import { features as allFeatures } from './features/index.ts';
import { serviceRoutes } from './features/service/routes.ts';
import { dispatchTiming, type WebhookOptions } from './features/webhooks/settings.ts';
import { bodyParsing } from './http/body-parsing.ts';
import { Connections } from './http/connections.ts';
import { contentNegotiation } from './http/content-negotiation.ts';
import { cors } from './http/cors.ts';
import { dependencies, type Override } from './http/dependencies.ts';
import { errors } from './http/error-handler.ts';
import { lifecycle } from './http/lifecycle.ts';
import { MAX_PARAM_LENGTH, methodRouting } from './http/method-routing.ts';
import { pagination } from './http/pagination.ts';
import { parseQueryString, queryStrings } from './http/query-strings.ts';
import { routedUrl } from './http/request-target.ts';
import { responseHeaders } from './http/response-headers.ts';
import { sharedSerializers } from './http/shared-serializers.ts';
import { identity } from './identity/plugin.ts';
import { limits } from './limits/plugin.ts';
import { RequestLog, requestLogger } from './logging/request-log.ts';
import type { Metrics } from './metrics/metrics.ts';
import { metrics } from './metrics/plugin.ts';
import { openapi } from './openapi/plugin.ts';
import { packageVersion } from './package.ts';
import { tracing } from './tracing/plugin.ts';
import type { TracingSettings } from './tracing/settings.ts';
import type { Tracing } from './tracing/tracing.ts';
import { transfers } from './transfer/plugin.ts';
import { responseValidation, validation } from './validation/plugin.ts';

/** The time that jobs are kept after their last progress. */
const JOB_HOURS = 7 * 24;
/** A body arrives within an hour. */
const UPLOAD_HOURS = 2;

export interface AppOverrides {
  /** The logger; by default nothing is logged. */
  logger?: FastifyServerOptions['logger'];
  /** Whether to start the database; not needed to read the contract. */
  connect?: boolean;
  /** The groups of operations; by default those of the contract. */
  features?: readonly Feature[];
  /** The models that their schemas refer to. */
  models?: readonly Model[];
  /** Other intervals of queues than the default ones. */
  queueTiming?: Partial<RunnerTiming>;
  /** Other intervals of webhooks than the default ones, and another resolver. */
  webhookOptions?: Partial<WebhookOptions>;
  /** Replacements of dependencies of requests. */
  overrides?: readonly Override[];
}

/**
 * Builds the service, ready for `inject` and `listen`, with a running and migrated database. `close()` closes
 * everything.
 *
 * @throws {ConfigError} if a setting prevents startup.
 */
export async function buildApp(config: Config, overrides: AppOverrides = {}): Promise<FastifyInstance> {
  const { logger = false, connect = true, features = allFeatures, models = allModels } = overrides;
  const connections = new Connections(config);
  const ownMetrics = config.metrics && (await newMetrics());
  const ownTracing = config.tracing && (await newTracing(config.tracing));
  const observers = [ownMetrics?.requests, ownTracing].filter((observer) => observer !== undefined);
  const requestLog = new RequestLog(logger, observers);
  const app = Fastify({
    ...serverOptions(config, connections),
    logger,
    logController: requestLog,
  });
  connections.logTo(app.log, requestLog);

  try {
    await app.register(lifecycle);
    await app.register(tracing, { tracing: ownTracing });
    await app.register(validation, { models });
    await app.register(errors);
    await app.register(responseHeaders, { behindProxy: config.trustProxy.length > 0, log: requestLog });
    await app.register(pagination, { cacheSeconds: config.listCacheSeconds });
    await app.register(cors, { origins: config.corsOrigins });
    await app.register(limits, { ...config.limits, connect });
    await app.register(methodRouting);
    await app.register(identity, { auth: config.auth, connect });
    await app.register(dependencies, { overrides: overrides.overrides ?? [] });
    await app.register(bodyParsing);
    if (config.validateResponses) await app.register(responseValidation, { models });
    await app.register(openapi);
    await app.register(docs);
    await app.register(redoc);
    await app.register(database, { config, connect });
    await app.register(batching, {
      enabled: config.batching,
      requestDeadline: config.requestDeadline,
      tracer: ownTracing,
    });
    await app.register(afterResponse);
    await app.register(queues, {
      hasServer: config.databaseServer !== undefined,
      timing: overrides.queueTiming ?? {},
      connect,
    });
    await app.register(retention, {
      rows: [
        { table: 'idempotency_keys', time: 'created_at', hours: config.idempotencyHours },
        { table: 'jobs', time: 'updated_at', hours: JOB_HOURS },
        // Their process was killed.
        { table: 'jobs', time: 'updated_at', hours: UPLOAD_HOURS, where: "state = 'uploading'" },
        {
          table: 'change_sets',
          time: 'occurred_at',
          order: 'last_position',
          hours: 24 * config.events.retentionDays,
          // The first ones are the oldest. The last one tells whether a client can resume.
          where: `last_position < (SELECT position FROM event_head) AND last_position <= (SELECT max(last_position) FROM (
              SELECT last_position FROM change_sets WHERE last_position IS NOT NULL ORDER BY last_position LIMIT ${MAX_ROWS}
            ) AS first)
            AND NOT EXISTS (SELECT FROM event_consumers AS consumer WHERE consumer.position < last_position)`,
        },
        {
          table: 'webhook_deliveries',
          time: 'created_at',
          hours: 24 * config.events.retentionDays,
          where: `(status <> 'pending' OR webhook_id IN (SELECT id FROM webhooks WHERE disabled_at IS NOT NULL))`,
        },
      ],
    });
    await app.register(events, { settings: config.events, server: config.databaseServer, connect });
    await app.register(transfers, { settings: config, isEmbedded: config.databaseServer === undefined });
    await app.register(metrics, { metrics: ownMetrics, connections });

    await app.register(async (api) => {
      await api.register(contentNegotiation);
      await api.register(queryStrings);
      const webhooks = {
        ...dispatchTiming(config.databaseServer !== undefined),
        ...config.webhooks,
        isSending: config.webhooks.isSending && connect,
        ...overrides.webhookOptions,
      };
      for (const feature of features) await api.register(feature, { maxTasks: config.maxTasks, webhooks });
    });
    await app.register(serviceRoutes, { database: app.probeDatabase });

    await app.ready();
    return app;
  } catch (error) {
    await app.close();
    throw error;
  }
}

/** Loaded only if it is used: the library takes a while. */
async function newMetrics(): Promise<Metrics> {
  const { Metrics } = await import('./metrics/metrics.ts');
  return new Metrics();
}

/** Loaded only if it is used, as metrics are. */
async function newTracing(settings: TracingSettings): Promise<Tracing> {
  const { Tracing } = await import('./tracing/tracing.ts');
  return new Tracing(settings, packageVersion);
}

function serverOptions(config: Config, connections: Connections): FastifyHttpOptions<Server> {
  return {
    bodyLimit: config.bodyLimit,
    // No timeout: creating a database and waiting for another instance's migrations may take long.
    pluginTimeout: 0,
    // Requests on keep-alive connections during shutdown still get a response.
    return503OnClosing: false,
    trustProxy: config.trustProxy.length > 0 && [...config.trustProxy],
    childLoggerFactory: requestLogger,
    genReqId: requestId,
    rewriteUrl: routedUrl,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH, querystringParser: parseQueryString },
    schemaController: { compilersFactory: { buildSerializer: sharedSerializers() } },
    serverFactory: connections.createServer,
    clientErrorHandler: connections.onClientError,
  };
}

/** The client's own id if it is safe to log, or a new one. */
function requestId({ headers }: IncomingMessage): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID();
}
