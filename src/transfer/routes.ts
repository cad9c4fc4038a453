import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Resource } from '../../schemas/resource.ts';
import type { NewRow, Values } from '../crud/columns.ts';
import type { ResourceErrors } from '../crud/contract.ts';
import type { Filters, Identified, ListParameters } from '../crud/listing.ts';
import { repositoryOf } from '../crud/repository.ts';
import { ownerLimit, validated } from '../crud/routes.ts';
import { type Statements, statementsOf } from '../crud/statements.ts';
import { acceptedMediaTypes } from '../errors/representation.ts';
import { streamBody } from '../http/body-timeout.ts';
import { UnsupportedStreamType } from '../http/errors.ts';
import { transferContractOf } from './contract.ts';
import {
  EXPORT_TYPES,
  type ExportSource,
  exportedFields,
  readRows,
  renderRows,
  started,
} from './exporter.ts';
import { importRouteOf } from './import-routes.ts';
import type { Format } from './parser-options.ts';

/** The file names and media types of exports. */
const FORMATS = {
  'text/csv': { extension: 'csv', contentType: 'text/csv; charset=utf-8; header=present' },
  'application/x-ndjson': { extension: 'ndjson', contentType: 'application/x-ndjson' },
} as const;

/**
 * Registers the export and the import of a resource.
 *
 * @param statements Its statements; a feature may have replaced some of them.
 */
export function registerTransfer<
  Item extends Identified,
  Create extends Values,
  Update extends Values,
  Query extends ListParameters,
>(
  app: FastifyInstance,
  resource: Resource<Item, Create, Update, Query>,
  errors: ResourceErrors,
  statements: Statements<Create, Update, Query> = statementsOf(resource),
): void {
  const { transfers } = app;
  const { code, many } = resource.names;
  const contract = transferContractOf(resource);
  const repository = repositoryOf(resource, app.databases, statements);
  const source: ExportSource = {
    pool: app.exportPool,
    all: (query) => statements.all(query),
    page: async (query) =>
      (await repository.listMany([query as unknown as Query]))[0] ?? { rows: [], next: undefined },
  };
  const target = {
    resource,
    errors,
    batchSize: transfers.batchSize,
    createMany: (main: typeof app.databases.main, rows: readonly NewRow[]) =>
      repositoryOf(resource, { main, lists: main }, statements).createMany(rows as readonly NewRow<Create>[]),
  };
  transfers.targets.set(code, target);
  const file = many.replaceAll(' ', '-');
  const fields = exportedFields(resource);

  async function exportRows(request: FastifyRequest, reply: FastifyReply) {
    const [type = EXPORT_TYPES[0]] = acceptedMediaTypes(request.headers.accept, [
      ...EXPORT_TYPES,
    ]) as (keyof typeof FORMATS)[];
    const { extension, contentType } = FORMATS[type];
    reply
      .type(contentType)
      .header('content-disposition', `attachment; filename="${file}.${extension}"`)
      .header('cache-control', 'no-store');
    if (request.method === 'HEAD') return reply.send(Readable.from([]));
    const leave = transfers.exports.take();
    const query: Filters = {
      ...validated(request.query, contract.export.querystring),
      owner: ownerLimit(resource, request),
    };
    try {
      const rows = await started(readRows(source, query));
      const stream = Readable.from(renderRows(rows, type, fields), { objectMode: false });
      return reply.send(stream.once('close', leave));
    } catch (error) {
      leave();
      throw error;
    }
  }

  app.get(
    contract.paths.export,
    { schema: contract.export, config: { mediaTypes: EXPORT_TYPES } },
    exportRows,
  );
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    for (const [type, format] of [
      ['text/csv', 'csv'],
      ['application/x-ndjson', 'ndjson'],
    ] as const satisfies [string, Format][])
      scope.addContentTypeParser(type, async (request: FastifyRequest, body: Readable) => {
        streamBody(request.raw);
        return { stream: body, format };
      });
    scope.addContentTypeParser('*', async () => {
      throw new UnsupportedStreamType();
    });
    scope.post(
      contract.paths.import,
      {
        schema: contract.import,
        config: { mediaTypes: ['application/x-ndjson', 'application/json'] },
        // The body is a stream, whose lines are validated.
        validatorCompiler: (route) =>
          route.httpPart === 'body' ? () => true : (app.validatorCompiler?.(route) ?? (() => true)),
      },
      importRouteOf(app, target),
    );
  });
}
