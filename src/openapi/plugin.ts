import swagger from '@fastify/swagger';
import fp from 'fastify-plugin';
import { stringify } from 'yaml';
import { resources } from '../../schemas/index.ts';
import { VERSIONED_BASE } from '../http/request-target.ts';
import { packageVersion } from '../package.ts';
import { DESCRIPTION, OTHER_TAGS, securitySchemes } from './description.ts';
import { finishDocument } from './finish-document.ts';
import type { GeneratedDocument } from './generated-document.ts';
import { RenderedDocument } from './rendered-document.ts';

/** A public base URL; `x-internal: false` makes docs tools show it. */
const server = (url: string, description: string) => ({ url, description, 'x-internal': false });

/** Builds the OpenAPI document from the schemas of the routes and serves it. */
export const openapi = fp(
  async (app) => {
    await app.register(swagger, {
      convertConstToEnum: false,
      openapi: {
        openapi: '3.1.0',
        info: {
          title: 'Setlist',
          summary: 'A songs catalogue and a task manager.',
          version: packageVersion,
          description: DESCRIPTION,
          contact: { name: 'The maintainers of Setlist' },
          license: { name: 'MIT', identifier: 'MIT' },
        },
        externalDocs: {
          description: 'HTTP Semantics (RFC 9110): methods, statuses, conditional requests',
          url: 'https://www.rfc-editor.org/rfc/rfc9110',
        },
        servers: [
          server('/', 'This server (local, staging or production)'),
          server(VERSIONED_BASE, 'This server (local, staging or production), stable base path'),
        ],
        components: { securitySchemes },
        tags: [
          ...resources.map(({ names, texts }) => ({ name: names.many, description: texts.group })),
          ...OTHER_TAGS,
        ],
      },
      // The types of the plugin also allow references anywhere, and documents of version 2.
      transformObject: (generated) =>
        finishDocument((generated as { openapiObject: GeneratedDocument }).openapiObject, app.isAuthOn),
      refResolver: {
        buildLocalReference: (json, _base, _fragment, index) => String(json.$id ?? `def-${index}`),
      },
    });

    const json = new RenderedDocument('application/json; charset=utf-8', () => JSON.stringify(app.swagger()));
    const yaml = new RenderedDocument('application/yaml; charset=utf-8', () =>
      // Without aliases: parsers would reject their large number as an attack.
      stringify(app.swagger(), { aliasDuplicateObjects: false }),
    );
    app.get('/openapi.json', { schema: { hide: true } }, (request, reply) => json.send(request, reply));
    app.get('/openapi.yaml', { schema: { hide: true } }, (request, reply) => yaml.send(request, reply));
  },
  { name: 'openapi', dependencies: ['validation'] },
);
