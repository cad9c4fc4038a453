// Follows the links of openapi.json: their operations accept the values from responses.
import t from 'tap';
import type { CheckedResponse } from '../support/client.ts';
import { document, type Link, resolved } from '../support/contract.ts';
import {
  collectionOf,
  createdId,
  newRow,
  type Target,
  targets,
  validRequest,
} from '../support/operations.ts';
import { startService } from '../support/service.ts';

const { app, call } = await startService(t);

const ask = (target: Target, id: number, headers: Record<string, string> = {}) => {
  const { url, json } = validRequest(target, id);
  return call(target.method, url, { json, headers });
};

/** Evaluates an OpenAPI runtime expression for an exchange. */
function evaluate(expression: string, id: number, { body, headers }: CheckedResponse): string {
  const [, source, name = ''] =
    /^\$(request\.path\.|response\.header\.|response\.body#\/)(.+)$/.exec(expression) ?? [];
  if (source === 'request.path.') return String(id);
  if (source === 'response.header.') return String(headers[name.toLowerCase()]);
  return String(name.split('/').reduce((value, key) => value[key], body));
}

for (const source of targets) {
  const { responses, operationId } = source.operation;
  const links = Object.values(responses).flatMap((response) =>
    Object.values(resolved(response, document.components.responses).links ?? {}),
  );
  for (const link of links) {
    t.test(`${operationId} leads to ${link.operationId}`, async (t) => {
      const isCreate = source.path === collectionOf(source.path) && source.method === 'POST';
      const created = isCreate ? await ask(source, 0) : undefined;
      const id = created ? createdId(created) : await newRow(app, call, source.path);
      const response = created ?? (await ask(source, id));
      const { status } = await follow(link, id, response);
      t.ok(status === 200 || status === 204, `${status}`);
    });
  }
}

async function follow(link: Link, from: number, response: CheckedResponse): Promise<CheckedResponse> {
  const target = targets.find(({ operation }) => operation.operationId === link.operationId);
  if (!target) throw new Error(`There is no operation ${link.operationId}`);
  const { id = '', ...headers } = Object.fromEntries(
    Object.entries(link.parameters).map(([name, expression]) => [name, evaluate(expression, from, response)]),
  );
  return ask(target, Number(id), headers);
}

t.test('each response with a version, and each page of resources, leads somewhere', async (t) => {
  const operationsWith = (isSuch: (response: object) => boolean) =>
    targets
      .filter(({ operation }) => Object.values(operation.responses).some(isSuch))
      .map(({ operation }) => operation.operationId);
  const linked = operationsWith((response) => 'links' in response);
  t.ok(linked.length > 0);
  t.same(
    linked,
    operationsWith(
      ({ headers = {} }: { headers?: object }) => 'ETag' in headers || 'X-Total-Count' in headers,
    ),
  );
});
