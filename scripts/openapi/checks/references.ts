import {
  atPointer,
  type Check,
  isObject,
  type LinkObject,
  operationsOf,
  operationsOnCreated,
  type PlacedOperation,
  type PlacedResponse,
  responsesOf,
} from './document.ts';

/** Every reference has a target in the document. */
export const noDanglingReference: Check = (document) =>
  referencesIn(document).flatMap((reference) =>
    reference.startsWith('#/') && atPointer(document, reference.slice(1)) !== undefined
      ? []
      : [`${reference} has no target`],
  );

const referencesIn = (value: unknown): string[] => {
  if (!isObject(value)) return [];
  const own = typeof value.$ref === 'string' ? [value.$ref] : [];
  return [...own, ...Object.values(value).flatMap(referencesIn)];
};

/**
 * Every link has a known operation and all its required parameters. Each runtime expression is evaluated on the
 * parameters of the request, the declared headers, or the example of the response.
 */
export const linksResolve: Check = (document) => {
  const operations = operationsOf(document);
  return operations.flatMap((operation) =>
    responsesOf(document, operation).flatMap((response) =>
      Object.entries(response.links ?? {}).flatMap(([name, link]) =>
        linkProblems({ operations, operation, response, link }).map(
          (problem) => `${response.place}: the link ${name} ${problem}`,
        ),
      ),
    ),
  );
};

/** The create of a resource with versions has links to all operations on the resource. */
export const createsAreLinked: Check = (document) =>
  operationsOf(document).flatMap((operation) =>
    responsesOf(document, operation)
      .filter(({ status }) => status === 201)
      .flatMap(({ place, links = {} }) =>
        operationsOnCreated(document, operation)
          .filter(({ operationId = '' }) => !(operationId in links))
          .map(({ operationId }) => `${place}: it has no link to ${operationId}`),
      ),
  );

interface LinkContext {
  operations: PlacedOperation[];
  operation: PlacedOperation;
  response: PlacedResponse;
  link: LinkObject;
}

function linkProblems({ operations, link, ...source }: LinkContext): string[] {
  const target = operations.find(({ operationId }) => operationId === link.operationId);
  if (!target) return [`has the unknown operation ${link.operationId}`];
  const given = link.parameters ?? {};
  const known = (target.parameters ?? []).map(({ name }) => name);
  const required = (target.parameters ?? []).filter((parameter) => parameter.required);
  return [
    ...required.filter(({ name }) => !(name in given)).map(({ name }) => `lacks the parameter ${name}`),
    ...Object.keys(given)
      .filter((name) => !known.includes(name))
      .map((name) => `has the parameter ${name}, which ${link.operationId} does not declare`),
    ...Object.values(given)
      .filter((expression) => !evaluates(expression, source))
      .map((expression) => `refers to ${expression}, which does not exist`),
  ];
}

function evaluates(
  expression: string,
  { operation, response }: Pick<LinkContext, 'operation' | 'response'>,
): boolean {
  const [, source, name = ''] =
    /^\$(request\.path\.|response\.header\.|response\.body#)(.+)$/.exec(expression) ?? [];
  switch (source) {
    case 'request.path.':
      return (operation.parameters ?? []).some(
        (parameter) => parameter.in === 'path' && parameter.name === name,
      );
    case 'response.header.':
      return name in (response.headers ?? {});
    case 'response.body#':
      return Object.values(response.content ?? {}).every(
        ({ example }) => atPointer(example, name) !== undefined,
      );
    default:
      return false;
  }
}
