import { readFileSync } from 'node:fs';
import t from 'tap';
import { parse } from 'yaml';
import { resources } from '../../schemas/index.ts';
import { acceptingKeys, fullKey } from '../support/credentials.ts';
import { startWithoutDatabase } from '../support/service.ts';

const { call } = await startWithoutDatabase(t, acceptingKeys(fullKey));
const committed = JSON.parse(readFileSync('openapi.json', 'utf8'));

t.test('the service serves the committed document, as JSON and YAML', async (t) => {
  const json = await call('GET', '/openapi.json');
  t.equal(json.headers['content-type'], 'application/json; charset=utf-8');
  t.same(json.body, committed);
  const yaml = await call('GET', '/v1/openapi.yaml');
  t.equal(yaml.headers['content-type'], 'application/yaml; charset=utf-8');
  t.same(parse(yaml.text), committed);
});

t.test('without authentication the document has no security', async (t) => {
  const { call } = await startWithoutDatabase(t);
  const { body } = await call('GET', '/openapi.json');
  const { securitySchemes, ...components } = committed.components;
  t.same(Object.keys(securitySchemes), ['bearerAuth']);
  const paths: Record<string, Record<string, { security: unknown }>> = structuredClone(committed.paths);
  for (const operation of Object.values(paths).flatMap(Object.values)) operation.security = [];
  t.same(body, { ...committed, paths, components });
});

t.test('models are named components', async (t) => {
  t.equal(committed.openapi, '3.1.0');
  for (const name of ['Song', 'SongCreate', 'SongUpdate', 'Task', 'TaskCreate', 'TaskUpdate', 'ApiError']) {
    t.ok(committed.components.schemas[name], name);
  }
  t.notMatch(JSON.stringify(committed), /def-\d|nullable/);
});

t.test('every operation has a name, a description and a tag', async (t) => {
  const operations = Object.values(committed.paths).flatMap((item) => Object.values(item as object));
  t.ok(operations.length >= 6 * resources.length, 'including those of each resource');
  for (const { operationId, summary, description, tags, security } of operations) {
    t.ok(operationId && summary && description && tags.length === 1, operationId);
    const { bearerAuth } = security[0] ?? {};
    t.ok(
      tags.includes('service') ? security.length === 0 : bearerAuth,
      `${operationId} declares its security`,
    );
  }
});
