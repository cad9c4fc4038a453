import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AnyResource, Resource } from '../../schemas/resource.ts';
import type { SchemaOf } from '../../schemas/resource-fields.ts';
import type { ErrorCode } from '../errors/catalogue.ts';
import { ServiceError } from '../errors/service-error.ts';
import { pathUnderBase } from '../http/base-path.ts';
import { callerOf } from '../http/caller.ts';
import {
  checkCreatePreconditions,
  entityTag,
  isNotModified,
  REVALIDATED,
  writePreconditions,
} from '../http/conditional-requests.ts';
import { describePage } from '../http/pagination.ts';
import { refusePartialPut } from '../http/requests.ts';
import type { BatchedRepository } from './batched.ts';
import type { WriteOutcome } from './conditional-write.ts';
import { type Contract, linksOf, type ResourceErrors, rowParams } from './contract.ts';
import type { Identified, ListParameters } from './listing.ts';
import type { Values } from './statements.ts';

/** A part of a request that Fastify has validated with this schema, with the static type of the schema. */
export const validated = <Value>(part: unknown, _schema: SchemaOf<Value>): Value => part as Value;

/** The handlers of the six operations of a resource. A feature may replace any of them. */
export function routesOf<
  Item extends Identified,
  Create extends Values,
  Update extends Values,
  Query extends ListParameters,
>(
  resource: Resource<Item, Create, Update, Query>,
  repository: BatchedRepository<Item, Create, Update, Query>,
  { notFound, refused = 'internal_error' }: ResourceErrors,
) {
  const { schemas, envelope } = resource;
  const { path, one } = resource.names;
  const params = rowParams(one);
  const idOf = (request: FastifyRequest) => validated(request.params, params).id;
  const inEnvelope = envelope === undefined ? (row: Item) => row : (row: Item) => ({ [envelope]: row });

  async function write(request: FastifyRequest, reply: FastifyReply, patch: Update) {
    const write = { id: idOf(request), ...writePreconditions(request.headers), patch };
    const row = writtenRow(await repository.update(write, callerOf(request)), notFound);
    reply.header('etag', entityTag(row.version));
    return inEnvelope(row);
  }

  return {
    async list(request: FastifyRequest, reply: FastifyReply) {
      const query = validated(request.query, schemas.query);
      const caller = callerOf(request);
      const [page, total] = await Promise.all([
        repository.list(query, caller),
        query.count ? repository.count(query, caller) : undefined,
      ]);
      describePage(request, reply, { path, query, next: page.next, total });
      return page.rows;
    },

    async create(request: FastifyRequest, reply: FastifyReply) {
      checkCreatePreconditions(request.headers);
      const row = await repository.create(validated(request.body, schemas.create), callerOf(request));
      if (!row) throw new ServiceError(refused);
      reply
        .code(201)
        .header('location', pathUnderBase(request.originalUrl, `${path}/${row.id}`))
        .header('etag', entityTag(row.version));
      return inEnvelope(row);
    },

    async get(request: FastifyRequest, reply: FastifyReply) {
      const row = await repository.find(idOf(request), callerOf(request));
      if (!row) throw new ServiceError(notFound);
      reply.header('etag', entityTag(row.version)).header('cache-control', REVALIDATED);
      return isNotModified(request.headers, row.version) ? reply.code(304).send() : row;
    },

    async replace(request: FastifyRequest, reply: FastifyReply) {
      return write(request, reply, resource.replacement(validated(request.body, schemas.create)));
    },

    async update(request: FastifyRequest, reply: FastifyReply) {
      return write(request, reply, validated(request.body, schemas.update));
    },

    async delete(request: FastifyRequest, reply: FastifyReply) {
      const write = { id: idOf(request), ...writePreconditions(request.headers) };
      writtenRow(await repository.delete(write, callerOf(request)), notFound);
      return reply.code(204).send();
    },
  };
}

/** The handlers of a resource. */
export type Routes = {
  [Operation in keyof Contract]: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;
};

/** Registers the operations of a resource, each with its handler and its links. */
export function registerRoutes(
  app: FastifyInstance,
  resource: AnyResource,
  contract: Contract,
  routes: Routes,
): void {
  const { path } = resource.names;
  const row = `${path}/:id`;
  const links = linksOf(contract, resource);
  app.get(path, { schema: contract.list, links: links.list }, routes.list);
  app.post(path, { schema: contract.create, links: links.create }, routes.create);
  app.get(row, { schema: contract.get, links: links.get }, routes.get);
  app.put(row, { schema: contract.replace, links: links.write, onRequest: refusePartialPut }, routes.replace);
  app.patch(row, { schema: contract.update, links: links.write }, routes.update);
  app.delete(row, { schema: contract.delete }, routes.delete);
}

/**
 * The row that a conditional write wrote.
 *
 * @throws {ServiceError} 404 with the given code where there is no such row, 412 where it has another version.
 */
function writtenRow<Row>(outcome: WriteOutcome<Row>, missing: ErrorCode): Row {
  if (outcome.status === 'written') return outcome.row;
  throw new ServiceError(outcome.status === 'not_found' ? missing : 'precondition_failed');
}
