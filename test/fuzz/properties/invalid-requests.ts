import fc from 'fast-check';
import { brokenBodies, tooLarge } from './broken-bodies.ts';
import { brokenParameters } from './broken-parameters.ts';
import { always, type BrokenRule } from './broken-rule.ts';
import type { Operation } from './document.ts';
import { CREATED, type Draft } from './requests.ts';
import { validRequests } from './valid-requests.ts';

/** All rules of an operation that a request can break separately. */
export function brokenRules(operation: Operation, bodyLimit: number): BrokenRule[] {
  const { body } = operation;
  const rules = [...brokenParameters(operation), ...(body ? brokenBodies(operation, body) : [])];
  if (operation.statuses.has(406)) rules.push(unacceptable(operation));
  const fits = ({ draft: { payload = '' } }: { draft: Draft }) => Buffer.byteLength(payload) <= bodyLimit;
  const alone = rules.map(({ rule, cases }) => ({ rule, cases: cases.filter(fits) }));
  return body ? [...alone, tooLarge(operation, body, bodyLimit)] : alone;
}

function unacceptable(operation: Operation): BrokenRule {
  const accept = fc.constantFrom('text/html', 'image/*', 'application/json;q=0', 'application/xml, text/*');
  return always(
    'accepts no JSON',
    { status: 406, code: 'not_acceptable' },
    validRequests(operation, { accept }),
  );
}

/** Paths and methods that are not in the document. */
export function unknownRoutes(operations: readonly Operation[]): BrokenRule[] {
  const paths = [...new Set(operations.map(({ path }) => path))];
  const rules = paths.map((path): BrokenRule => {
    const own = operations.filter((operation) => operation.path === path);
    const [first] = own;
    if (!first) throw new Error(`${path} has no operation.`);
    const taken = new Set(['HEAD', 'OPTIONS', 'CONNECT', ...own.map(({ method }) => method)]);
    const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'QUERY', 'PROPFIND', 'LOCK'];
    const others = fc.constantFrom(...methods.filter((method) => !taken.has(method)));
    return {
      rule: `${path} has no such method`,
      cases: fc
        .tuple(validRequests(first, { accept: fc.constant(undefined) }), others)
        .map(([draft, method]) => ({
          draft: { ...draft, method },
          refusal: { status: 405, code: 'method_not_allowed' },
        })),
    };
  });
  const nowhere = [
    '/nowhere',
    '/song',
    '/songs/1/x',
    '/songs//1',
    '/v2/songs',
    '/SONGS',
    '/tasks.json',
    '/v1v1',
  ];
  const [some] = operations;
  if (!some) throw new Error('The document has no operation.');
  return [
    ...rules,
    always(
      'no such path',
      { status: 404, code: 'not_found' },
      fc
        .tuple(validRequests({ ...some, parameters: [] }), fc.constantFrom(...nowhere))
        .map(([draft, path]) => ({ ...draft, path, parameters: { id: CREATED } })),
    ),
  ];
}
