import swagger from '@fastify/swagger';
import fp from 'fastify-plugin';
import { stringify } from 'yaml';
import { resources } from '../../schemas/index.ts';
import { VERSIONED_BASE } from '../http/base-path.ts';
import { packageVersion } from '../package.ts';
import { DESCRIPTION } from './description.ts';
import { finishDocument } from './finish-document.ts';
import type { GeneratedDocument } from './generated-document.ts';
import { RenderedDocument } from './rendered-document.ts';

/** A base URL for everyone: `x-internal` tells docs tools that it is to be shown. */
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
          description: 'HTTP Semantics (RFC 9110): what methods, statuses and conditional requests mean',
          url: 'https://www.rfc-editor.org/rfc/rfc9110',
        },
        servers: [
          server('/', 'This server, be it local, staging or production'),
          server(
            VERSIONED_BASE,
            'The same server, local, staging or production, under the stable, versioned base',
          ),
        ],
        tags: [
          ...resources.map(({ names, texts }) => ({ name: names.many, description: texts.group })),
          { name: 'service', description: 'Liveness and readiness, for whoever runs the service.' },
        ],
      },
      // The plugin's types know what the specification allows anywhere: references, and documents of version 2.
      transformObject: (generated) =>
        finishDocument((generated as { openapiObject: GeneratedDocument }).openapiObject),
      refResolver: {
        buildLocalReference: (json, _base, _fragment, index) => String(json.$id ?? `def-${index}`),
      },
    });

    const json = new RenderedDocument('application/json; charset=utf-8', () => JSON.stringify(app.swagger()));
    const yaml = new RenderedDocument('application/yaml; charset=utf-8', () =>
      // Without aliases: equal parts are one object in memory, and parsers take so many aliases for an attack.
      stringify(app.swagger(), { aliasDuplicateObjects: false }),
    );
    app.get('/openapi.json', { schema: { hide: true } }, (request, reply) => json.send(request, reply));
    app.get('/openapi.yaml', { schema: { hide: true } }, (request, reply) => yaml.send(request, reply));
  },
  { name: 'openapi', dependencies: ['validation'] },
);
