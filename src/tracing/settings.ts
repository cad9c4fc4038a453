import { ConfigError } from '../config-error.ts';

/** Which requests are traced, by the names of OpenTelemetry. */
export const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

export interface TracingSettings {
  /** The OTLP endpoint (HTTP, protobuf or JSON), without `/v1/traces`. */
  readonly endpoint: string;
  readonly serviceName: string;
  /** The fraction of requests without a trace of their client that are traced, from 0 to 1. */
  readonly ratio: number;
  /** Whether a request with `traceparent` is traced if its client traces it. */
  readonly followsClient: boolean;
}

interface TracingEnvironment {
  OTEL_EXPORTER_OTLP_ENDPOINT?: string;
  OTEL_SERVICE_NAME: string;
  OTEL_TRACES_SAMPLER: (typeof SAMPLERS)[number];
  OTEL_TRACES_SAMPLER_ARG: string;
}

/**
 * Reads the settings of traces; without an endpoint there are none.
 *
 * @throws {ConfigError} if the endpoint is not a URL, or the fraction is not from 0 to 1.
 */
export function readTracing(environment: TracingEnvironment): TracingSettings | undefined {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_SAMPLER: sampler } = environment;
  if (!endpoint) return undefined;
  if (!URL.canParse(endpoint) || !/^https?:$/.test(new URL(endpoint).protocol))
    throw new ConfigError(
      'OTEL_EXPORTER_OTLP_ENDPOINT',
      'must be a URL such as http://collector.example:4318.',
    );
  return Object.freeze({
    endpoint: endpoint.replace(/\/$/, ''),
    serviceName: environment.OTEL_SERVICE_NAME,
    ratio: ratioOf(sampler, environment.OTEL_TRACES_SAMPLER_ARG),
    followsClient: sampler.startsWith('parentbased_'),
  });
}

function ratioOf(sampler: string, argument: string): number {
  if (sampler.endsWith('always_on')) return 1;
  if (sampler.endsWith('always_off')) return 0;
  const ratio = Number(argument);
  if (argument.trim() === '' || !(ratio >= 0 && ratio <= 1)) {
    const problem = `must be a number from 0 to 1, but is ${JSON.stringify(argument)}.`;
    throw new ConfigError('OTEL_TRACES_SAMPLER_ARG', problem);
  }
  return ratio;
}
