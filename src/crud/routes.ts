import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AnyResource, Resource } from '../../schemas/resource.ts';
import type { SchemaOf } from '../../schemas/resource-fields.ts';
import { callerOf } from '../database/batching/plugin.ts';
import {
  checkCreatePreconditions,
  entityTag,
  isNotModified,
  REVALIDATED,
  UNSTORED,
  writePreconditions,
} from '../http/conditional-requests.ts';
import { InternalError, PreconditionFailed } from '../http/errors.ts';
import { IdempotencyKeyReused, idempotencyKeyOf } from '../http/idempotency.ts';
import { describePage } from '../http/pagination.ts';
import { pathUnderBase } from '../http/request-target.ts';
import { refusePartialPut } from '../http/requests.ts';
import type { BatchedRepository } from './batched.ts';
import { sourceOf } from './change-source.ts';
import type { NewRow, Values } from './columns.ts';
import type { WriteOutcome } from './conditional-write.ts';
import { type Contract, linksOf, type ResourceErrors, rowParams } from './contract.ts';
import { fingerprintOf } from './idempotent-create.ts';
import type { Identified, ListParameters } from './listing.ts';

/** Gives a part of a request, which Fastify has validated with this schema, the static type of the schema. */
export const validated = <Value>(part: unknown, _schema: SchemaOf<Value>): Value => part as Value;

/** The owner of the rows that the caller can access; undefined for all rows. */
export const ownerLimit = (
  { owned, names: { scopes } }: Pick<AnyResource, 'owned' | 'names'>,
  { principal }: FastifyRequest,
): string | undefined =>
  owned && principal && !principal.scopes.includes(scopes.all) ? principal.owner : undefined;

/** The handlers of the six operations of a resource. A feature may replace each of them. */
export function routesOf<
  Item extends Identified,
  Create extends Values,
  Update extends Values,
  Query extends ListParameters,
>(
  resource: Resource<Item, Create, Update, Query>,
  repository: BatchedRepository<Item, Create, Update, Query>,
  errors: ResourceErrors,
) {
  const { schemas, envelope, owned } = resource;
  const { path, one } = resource.names;
  const params = rowParams(one);
  const idOf = (request: FastifyRequest) => validated(request.params, params).id;
  const inEnvelope = envelope === undefined ? (row: Item) => row : (row: Item) => ({ [envelope]: row });

  async function write(request: FastifyRequest, reply: FastifyReply, patch: Update) {
    const write = {
      id: idOf(request),
      owner: ownerLimit(resource, request),
      source: sourceOf(request),
      ...writePreconditions(request.headers),
      patch,
    };
    const row = writtenRow(await repository.update(write, callerOf(request)), errors);
    reply.header('etag', entityTag(row.version)).header('cache-control', UNSTORED);
    return inEnvelope(row);
  }

  /** Creates an item under an idempotency key, or finds the outcome of the first request with it. */
  async function createOnce(request: FastifyRequest, reply: FastifyReply, key: string, row: NewRow<Create>) {
    const fingerprint = fingerprintOf(resource, row.item);
    const create = { ...row, key, fingerprint, keyOwner: request.principal?.owner ?? '' };
    const { outcome, isReplayed } = await repository.createIdempotent(create, callerOf(request));
    if (!outcome) throw new IdempotencyKeyReused();
    if (isReplayed) reply.header('idempotency-replayed', 'true');
    return outcome;
  }

  return {
    async list(request: FastifyRequest, reply: FastifyReply) {
      const query = validated(request.query, schemas.query);
      const owner = ownerLimit(resource, request);
      const selection = owner === undefined ? query : { ...query, owner };
      const caller = callerOf(request);
      const [page, total] = await Promise.all([
        repository.list(selection, caller),
        query.count ? repository.count(selection, caller) : undefined,
      ]);
      describePage(request, reply, {
        path,
        query,
        next: page.next,
        total,
        caching: request.server.listCaching,
      });
      return page.rows;
    },

    async create(request: FastifyRequest, reply: FastifyReply) {
      checkCreatePreconditions(request.headers);
      const create = {
        item: validated(request.body, schemas.create),
        owner: owned ? request.principal?.owner : undefined,
        source: sourceOf(request),
      };
      const key = idempotencyKeyOf(request.headers);
      const outcome =
        key === undefined
          ? await repository.create(create, callerOf(request))
          : await createOnce(request, reply, key, create);
      const row = writtenRow(outcome, errors);
      reply
        .code(201)
        .header('location', pathUnderBase(request.originalUrl, `${path}/${row.id}`))
        .header('etag', entityTag(row.version))
        .header('cache-control', UNSTORED);
      return inEnvelope(row);
    },

    async get(request: FastifyRequest, reply: FastifyReply) {
      const row = await repository.find(
        { id: idOf(request), owner: ownerLimit(resource, request) },
        callerOf(request),
      );
      if (!row) throw new errors.notFound();
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
      const write = {
        id: idOf(request),
        owner: ownerLimit(resource, request),
        source: sourceOf(request),
        ...writePreconditions(request.headers),
      };
      writtenRow(await repository.delete(write, callerOf(request)), errors);
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
 * Returns the created or written row.
 *
 * @throws {ServiceError} 404 if the row does not exist, 409 for a conflict, 412 if the row has another version; 500 for a
 * conflict without an error of the resource.
 */
function writtenRow<Row>(
  outcome: WriteOutcome<Row>,
  { notFound: NotFound, conflict: Conflict }: ResourceErrors,
): Row {
  switch (outcome.status) {
    case 'written':
      return outcome.row;
    case 'not_found':
      throw new NotFound();
    case 'version_mismatch':
      throw new PreconditionFailed();
    case 'conflict':
      throw new (Conflict ?? InternalError)();
  }
}
