import swagger from '@fastify/swagger';
import fp from 'fastify-plugin';
import { stringify } from 'yaml';
import { VERSIONED_BASE } from '../http/base-path.ts';
import { packageVersion } from '../package.ts';

const DESCRIPTION = `A songs catalogue and a task manager.

Every answer is described here and nothing else is ever sent. Errors have one shape, \`ApiError\`, or, for clients
that ask for \`application/problem+json\`, an RFC 9457 problem. Writes can be bound to a version with \`If-Match\`,
reads can be spared with \`If-None-Match\`. Lists are paged: follow the \`Link\` header.`;

/** Builds the OpenAPI document from the schemas of the routes and serves it. */
export const openapi = fp(
  async (app) => {
    await app.register(swagger, {
      convertConstToEnum: false,
      openapi: {
        openapi: '3.1.0',
        info: {
          title: 'Setlist',
          version: packageVersion,
          description: DESCRIPTION,
          license: { name: 'MIT', identifier: 'MIT' },
        },
        servers: [
          { url: '/', description: 'This server' },
          { url: VERSIONED_BASE, description: 'The same, under a stable, versioned base' },
        ],
        tags: [
          { name: 'songs', description: 'The songs catalogue.' },
          { name: 'tasks', description: 'The task manager.' },
          { name: 'service', description: 'For whoever runs the service.' },
        ],
      },
      refResolver: {
        buildLocalReference: (json, _base, _fragment, index) => String(json.$id ?? `def-${index}`),
      },
    });

    app.get('/openapi.json', { schema: { hide: true } }, async (_request, reply) =>
      reply.type('application/json; charset=utf-8').send(JSON.stringify(app.swagger())),
    );
    app.get('/openapi.yaml', { schema: { hide: true } }, async (_request, reply) =>
      // Without aliases: equal parts are one object in memory, and parsers take so many aliases for an attack.
      reply
        .type('application/yaml; charset=utf-8')
        .send(stringify(app.swagger(), { aliasDuplicateObjects: false })),
    );
  },
  { name: 'openapi', dependencies: ['validation'] },
);
