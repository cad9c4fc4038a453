import {
  type Check,
  type OpenApiDocument,
  operationsOf,
  type PlacedOperation,
  responsesOf,
  type SchemaObject,
} from './document.ts';

/** Objects in requests and responses are named components, at all levels. */
export const noInlineObject: Check = (document) => [
  ...operationsOf(document).flatMap((operation) =>
    schemasOf(document, operation)
      .filter(([, schema]) => inlineObjects(schema))
      .map(([place]) => `${place}: an object without a name`),
  ),
  ...Object.entries(modelsOf(document))
    .filter(([, schema]) => childrenOf(schema).some(inlineObjects))
    .map(([name]) => `the component ${name} contains an object without a name`),
];

const modelsOf = ({ components }: OpenApiDocument): Record<string, SchemaObject> => components?.schemas ?? {};

const childrenOf = ({ properties = {}, items, anyOf = [] }: SchemaObject): SchemaObject[] => [
  ...Object.values(properties),
  ...(items ? [items] : []),
  ...anyOf,
];

const inlineObjects = (schema: SchemaObject): boolean =>
  [schema.type].flat().includes('object') ||
  schema.properties !== undefined ||
  childrenOf(schema).some(inlineObjects);

function schemasOf(document: OpenApiDocument, operation: PlacedOperation): [string, SchemaObject][] {
  const { place, parameters = [], requestBody } = operation;
  const responses = responsesOf(document, operation);
  return [
    ...parameters.map(({ name, schema = {} }): [string, SchemaObject] => [
      `${place}, parameter ${name}`,
      schema,
    ]),
    ...Object.entries(requestBody?.content ?? {}).map(([type, { schema = {} }]): [string, SchemaObject] => [
      `${place}, ${type}`,
      schema,
    ]),
    ...responses.flatMap(({ place: at, content = {} }) =>
      Object.entries(content).map(([type, { schema = {} }]): [string, SchemaObject] => [
        `${at}, ${type}`,
        schema,
      ]),
    ),
  ];
}

/** Every property of a model has a description and an example, or is a model. */
export const propertiesAreDescribed: Check = (document) =>
  Object.entries(modelsOf(document)).flatMap(([model, { properties = {} }]) =>
    Object.entries(properties)
      .filter(([, property]) => property.$ref === undefined && !isDescribed(property))
      .map(([name]) => `${model}.${name} has no description or no example`),
  );

const isDescribed = ({ description, examples, anyOf = [] }: SchemaObject): boolean =>
  Boolean(description) &&
  [examples, ...anyOf.map((branch) => branch.examples)].some((values) => values?.length);

/** Every component has a meaningful name instead of a generated number. */
export const noNumberedComponent: Check = ({ components = {} }) =>
  Object.entries(components).flatMap(([kind, members]) =>
    Object.keys(members ?? {})
      .filter((name) => /^def-\d+$/.test(name))
      .map((name) => `the component ${kind}/${name} has no name of its own`),
  );
