import { type Check, type MediaTypeObject, operationsOf, responsesOf } from './document.ts';

/** Every body that an operation takes or sends has an example, in each of its media types. */
export const bodiesHaveExamples: Check = (document) =>
  operationsOf(document).flatMap((operation) => [
    ...withoutExample(operation.requestBody?.content).map(
      (type) => `${operation.place}: ${type} has no example`,
    ),
    ...responsesOf(document, operation).flatMap(({ place, content }) =>
      withoutExample(content).map((type) => `${place}: ${type} has no example`),
    ),
  ]);

const withoutExample = (content: Record<string, MediaTypeObject> = {}): string[] =>
  Object.entries(content)
    .filter(([, { example, examples = {} }]) => example === undefined && Object.keys(examples).length === 0)
    .map(([type]) => type);

/** Every parameter says what it is and shows a value. */
export const parametersAreDescribed: Check = (document) =>
  operationsOf(document).flatMap(({ place, parameters = [] }) =>
    parameters
      .filter(
        ({ description, example, schema }) =>
          !description || (example ?? schema?.examples?.[0]) === undefined,
      )
      .map(({ name }) => `${place}: the parameter ${name} has no description or no example`),
  );

/**
 * A parameter that may be left out has its example in the schema: the docs page fills in the one beside the schema,
 * and sends it with every request.
 */
export const optionalParametersStayEmpty: Check = (document) =>
  operationsOf(document).flatMap(({ place, parameters = [] }) =>
    parameters
      .filter(({ required, example }) => !required && example !== undefined)
      .map(({ name }) => `${place}: the docs page would send the example of ${name} by itself`),
  );
