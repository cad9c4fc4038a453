// Loads the features, which define their errors.
import '../../../src/app.ts';
import { errorKinds } from '../../../src/errors/define-error.ts';
import { OUTSIDE_OPERATIONS } from '../../../src/openapi/description.ts';
import {
  atPointer,
  type Check,
  isConditional,
  type OpenApiDocument,
  operationsOf,
  type PlacedOperation,
  type PlacedResponse,
  responsesOf,
} from './document.ts';

const PROBLEM_TYPE = 'application/problem+json';
const ERROR_TYPES = ['application/json', PROBLEM_TYPE];

/** Errors of clients that do not accept JSON, and of requests that fail before `Accept` is known. */
const NEVER_A_PROBLEM = ['not_acceptable', 'request_timeout', 'malformed_request', 'headers_too_large'];

/** Every error has examples in both media types, which match its definition. */
export const errorExamplesAreValid: Check = (document) =>
  errorResponsesOf(document).flatMap((response) => {
    const [envelopes = [], problems = []] = ERROR_TYPES.map((type) => codesOf(response, type));
    return [
      ...(envelopes.length > 0 ? [] : [`${response.place}: no example has the code of an error`]),
      ...envelopes
        .filter((code) => !problems.includes(code) && !NEVER_A_PROBLEM.includes(code))
        .map((code) => `${response.place}: ${code} has no example of a problem`),
      ...ERROR_TYPES.flatMap((type) =>
        examplesOf(response, type)
          .filter((example) => !isTrue(example, type, response.status))
          .map(
            (example) =>
              `${response.place}: the example of ${type} is not an error of this response: ${JSON.stringify(example)}`,
          ),
      ),
    ];
  });

/** `instance` in the example of a problem is a path of the operation. */
export const problemPathsAreValid: Check = (document) =>
  operationsOf(document).flatMap((operation) => {
    const path = new RegExp(`^${operation.path.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`);
    return responsesOf(document, operation).flatMap((response) =>
      examplesOf(response, PROBLEM_TYPE)
        .map((example) => String(atPointer(example, '/instance')))
        .filter((instance) => !path.test(instance))
        .map((instance) => `${response.place}: the example of a problem has the path ${instance}`),
    );
  });

function isTrue(example: unknown, type: string, status: number): boolean {
  const kind = errorKinds().find(({ code }) => code === atPointer(example, '/code'));
  if (kind?.status !== status) return false;
  const { code, family, message } = kind;
  return type === 'application/json'
    ? atPointer(example, '/error') === family && atPointer(example, '/message') === message
    : atPointer(example, '/status') === status &&
        atPointer(example, '/type') === `urn:setlist:error:${code}` &&
        atPointer(example, '/title') === message;
}

/** Every operation declares the errors that its parameters and body can cause. */
export const errorsFollowFromRequests: Check = (document) =>
  operationsOf(document).flatMap((operation) => {
    const declared = responsesOf(document, operation).map(({ status }) => status);
    return expectedStatuses(operation)
      .filter((status) => !declared.includes(status))
      .map((status) => `${operation.place}: the error ${status} is not declared`);
  });

function expectedStatuses(operation: PlacedOperation): number[] {
  const { parameters = [], requestBody, tags = [] } = operation;
  return [
    ...[400, 417, 431, 500, 501],
    // Probes respond to any query and any `Accept`.
    ...(tags.includes('service') ? [] : [406, 422]),
    ...(requestBody ? [408, 413, 415] : []),
    ...(parameters.some((parameter) => parameter.in === 'path') ? [404] : []),
    ...(isConditional(operation) ? [412] : []),
  ];
}

/** An operation declares each defined error. */
export const definedErrorsAreDeclared: Check = (document) => {
  const declared = errorResponsesOf(document).flatMap((response) => codesOf(response, 'application/json'));
  return errorKinds()
    .filter((kind) => !declared.includes(kind.code) && !OUTSIDE_OPERATIONS.includes(kind))
    .map(({ code }) => `no operation declares ${code}`);
};

const errorResponsesOf = (document: OpenApiDocument): PlacedResponse[] =>
  operationsOf(document)
    .flatMap((operation) => responsesOf(document, operation))
    .filter(({ status }) => status >= 400);

const examplesOf = ({ content = {} }: PlacedResponse, type: string): unknown[] =>
  Object.values(content[type]?.examples ?? {}).map(({ value }) => value);

const codesOf = (response: PlacedResponse, type: string): string[] =>
  examplesOf(response, type).map((example) => String(atPointer(example, '/code')));
