import { describeBody, showExamples, showRequestExample, withPaths } from './examples.ts';
import type { DocumentSchema, GeneratedDocument, Parameter } from './generated-document.ts';
import { SharedComponents } from './shared-components.ts';

/**
 * Completes the document that is generated from the schemas of the routes: adds the examples of models to their uses, and
 * turns common responses and headers into components.
 *
 * @param isAuthOn Whether operations need credentials; otherwise the document has no security.
 */
export function finishDocument(document: GeneratedDocument, isAuthOn: boolean): object {
  const { paths, components, ...head } = document;
  const { securitySchemes, ...models } = components;
  const shared = new SharedComponents();
  const operations = Object.entries(paths).flatMap(([path, item]) =>
    Object.values(item).map((operation) => ({ path, operation })),
  );
  for (const { path, operation } of operations) {
    if (!isAuthOn) operation.security = [];
    operation.parameters?.forEach(makeDefaultOptional);
    for (const parameter of operation.parameters ?? []) {
      if (!operation['x-prefilled']?.includes(parameter.name)) keepFromBeingSent(parameter);
    }
    if (operation.requestBody) {
      showRequestExample(operation);
      describeBody(operation.requestBody, components.schemas);
      showExamples(operation.requestBody.content, components.schemas);
    }
    for (const [status, response] of Object.entries(operation.responses)) {
      if ('$ref' in response) continue;
      const content = response.content && withPaths(response.content, path, operation.parameters);
      showExamples(content ?? {}, components.schemas);
      operation.responses[status] = shared.response(path, { ...response, ...(content && { content }) });
    }
  }
  const schemas = Object.fromEntries(
    Object.entries(components.schemas).map(([name, schema]) => [name, describeDefaults(schema)]),
  );
  return {
    ...head,
    paths,
    components: { ...models, schemas, ...shared.components(), ...(isAuthOn && { securitySchemes }) },
  };
}

/** Declares a parameter with a default as optional: TypeBox requires its property, because validation fills in the default. */
function makeDefaultOptional(parameter: Parameter): void {
  if (parameter.schema.default !== undefined) parameter.required = false;
}

/**
 * Moves the example of an optional parameter into its schema: Swagger UI prefills an example next to the schema and would
 * send it as a filter with every request.
 */
function keepFromBeingSent(parameter: Parameter): void {
  const { example, required, schema } = parameter;
  if (required || example === undefined) return;
  parameter.schema = { ...schema, examples: [example] };
  delete parameter.example;
}

/**
 * Moves the defaults of dates, instants and UUIDs into their descriptions: from a document of version 3.1,
 * openapi-generator assigns them as texts, and the Java client does not compile.
 */
function describeDefaults(model: DocumentSchema): DocumentSchema {
  if (!model.properties) return model;
  const properties = Object.entries(model.properties).map(([name, property]) => {
    const { default: value, ...rest } = property;
    if (property.format === undefined || typeof value !== 'string') return [name, property];
    return [name, { ...rest, description: `${rest.description} Default: ${value}.` }];
  });
  return { ...model, properties: Object.fromEntries(properties) };
}
