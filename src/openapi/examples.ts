import type {
  DocumentSchema,
  MediaType,
  NamedExample,
  Operation,
  Parameter,
  RequestBody,
} from './generated-document.ts';

type Models = Readonly<Record<string, DocumentSchema>>;

const model = (models: Models, { $ref = '' }: DocumentSchema): DocumentSchema | undefined =>
  models[$ref.replace('#/components/schemas/', '')];

/** Adds the example of a model to content with that model, unless the content has its own example. */
export function showExamples(content: Record<string, MediaType>, models: Models): void {
  for (const [type, media] of Object.entries(content)) {
    const [example] = model(models, media.schema)?.examples ?? [];
    const hasOwn = media.example !== undefined || media.examples !== undefined;
    if (example !== undefined && !hasOwn) content[type] = { ...media, example };
  }
}

/** Copies the description of a model to its request body. */
export function describeBody(body: RequestBody, models: Models): void {
  const [media] = Object.values(body.content);
  const description = media && model(models, media.schema)?.description;
  if (description !== undefined) body.description = description;
}

/**
 * Sets the path of the request in the examples of problems. The values of its parameters come from the error, or from the
 * examples of the parameters.
 *
 * @param path As in `/songs/{id}`.
 */
export function withPaths(
  content: Record<string, MediaType>,
  path: string,
  parameters: readonly Parameter[] = [],
): Record<string, MediaType> {
  const ofExamples = parameters
    .filter((parameter) => parameter.in === 'path')
    .map(({ name, example }) => [name, String(example)]);
  const placed = ({ 'x-path-parameters': given, value, ...rest }: NamedExample): NamedExample => {
    if (!('instance' in value)) return { ...rest, value };
    const values: Record<string, string> = { ...Object.fromEntries(ofExamples), ...given };
    const instance = path.replaceAll(/\{([^}]+)\}/g, (_, name: string) => values[name] ?? '');
    return { ...rest, value: { ...value, instance } };
  };
  const media = Object.entries(content).map(([type, { examples, ...media }]) => {
    if (!examples) return [type, media] as const;
    const named = Object.entries(examples).map(([name, example]) => [name, placed(example)] as const);
    return [type, { ...media, examples: Object.fromEntries(named) }] as const;
  });
  return Object.fromEntries(media);
}

declare module 'fastify' {
  interface FastifySchema {
    /** The example of the request body, if it differs from the example of the model. */
    'x-request-example'?: unknown;
    /** The names of optional parameters that docs pages send by default. */
    'x-prefilled'?: readonly string[];
  }
}

/**
 * Moves the `x-request-example` of an operation to its request body: operations that share a model by `$ref` can have
 * different examples.
 */
export function showRequestExample(operation: Operation): void {
  const { 'x-request-example': example, requestBody } = operation;
  delete operation['x-request-example'];
  if (example === undefined) return;
  for (const media of Object.values(requestBody?.content ?? {})) media.example = example;
}
