import type { FastifyReply, FastifyRequest } from 'fastify';
import { webhook } from '../../../schemas/index.ts';
import { DEFAULT_PAGE_SIZE } from '../../../schemas/pagination.ts';
import { validated } from '../../crud/routes.ts';
import {
  checkCreatePreconditions,
  entityTag,
  isNotModified,
  REVALIDATED,
  UNSTORED,
  writePreconditions,
} from '../../http/conditional-requests.ts';
import { PreconditionFailed } from '../../http/errors.ts';
import { describePage, REVALIDATED_PAGE } from '../../http/pagination.ts';
import { pathUnderBase } from '../../http/request-target.ts';
import { links } from '../../openapi/links.ts';
import type { Feature } from '../feature.ts';
import {
  createWebhook,
  DeliveryQuery,
  deleteWebhook,
  getWebhook,
  listWebhookDeliveries,
  listWebhooks,
  rotateWebhookSecret,
  updateWebhook,
  WEBHOOKS_PATH,
  WebhookLimitReached,
  WebhookNotFound,
  WebhookParams,
  WebhookQuery,
  WebhookUrlRefused,
} from './contract.ts';
import { DeliveryStore } from './delivery-store.ts';
import { Dispatcher } from './dispatcher.ts';
import { addDeliveries } from './fan-out.ts';
import { Sender } from './sender.ts';
import { newSecret } from './signature.ts';
import { type ChangedWebhook, WebhookStore, type Written } from './webhook-store.ts';

const ROW = `${WEBHOOKS_PATH}/:id`;

/** Webhooks: a durable consumer of events adds deliveries, and a dispatcher sends them. */
export const webhooks: Feature = async (app, { webhooks: settings }) => {
  const store = new WebhookStore(app.database, app.pg.pool);
  const deliveries = new DeliveryStore(app.database, app.batching);
  const sender = new Sender(settings);
  const dispatcher = new Dispatcher(deliveries, sender, app.log, settings);
  app.consumeEvents('webhooks', async (events, client) => {
    const added = await addDeliveries(events, client, app.isAuthOn);
    if (added > 0 && settings.isSending) dispatcher.wake();
  });
  if (settings.allowPrivate)
    app.log.warn('WEBHOOKS_ALLOW_PRIVATE is on: callers can send requests to the network of this service');
  if (settings.isSending) {
    app.addHook('onReady', async () => dispatcher.wake());
    app.addHook('onClose', () => dispatcher.stop());
  }

  const refuseOthers = (url: string | undefined) => {
    if (url !== undefined && !sender.accepts(url)) throw new WebhookUrlRefused();
  };
  const changeOf = (request: FastifyRequest): ChangedWebhook => ({
    id: idOf(request),
    owner: request.principal?.owner,
    ...writePreconditions(request.headers),
  });

  async function list(request: FastifyRequest, reply: FastifyReply) {
    const query = validated(request.query, WebhookQuery);
    const { limit = DEFAULT_PAGE_SIZE, cursor = '0' } = query;
    const rows = await store.list(accessOf(request), Number(cursor), limit + 1);
    return pageOf(request, reply, { path: WEBHOOKS_PATH, query, limit, rows });
  }

  async function create(request: FastifyRequest, reply: FastifyReply) {
    checkCreatePreconditions(request.headers);
    const values = validated(request.body, webhook.create);
    refuseOthers(values.url);
    const { principal } = request;
    const secret = newSecret();
    const row = await store.create(
      { ...accessOf(request), values, scopes: principal?.scopes, secret },
      settings.maxPerOwner,
    );
    if (!row) throw new WebhookLimitReached();
    reply
      .code(201)
      .header('location', pathUnderBase(request.originalUrl, `${WEBHOOKS_PATH}/${row.id}`))
      .header('etag', entityTag(row.version))
      .header('cache-control', UNSTORED);
    return { ...row, secret };
  }

  async function get(request: FastifyRequest, reply: FastifyReply) {
    const row = await store.find(accessOf(request), idOf(request));
    if (!row) throw new WebhookNotFound();
    reply.header('etag', entityTag(row.version)).header('cache-control', REVALIDATED);
    return isNotModified(request.headers, row.version) ? reply.code(304).send() : row;
  }

  async function update(request: FastifyRequest, reply: FastifyReply) {
    const values = validated(request.body, webhook.update);
    refuseOthers(values.url);
    const row = writtenRow(await store.update(changeOf(request), values));
    if (settings.isSending) dispatcher.wake();
    reply.header('etag', entityTag(row.version)).header('cache-control', UNSTORED);
    return row;
  }

  async function remove(request: FastifyRequest, reply: FastifyReply) {
    writtenRow(await store.remove(changeOf(request)));
    return reply.code(204).send();
  }

  async function rotateSecret(request: FastifyRequest, reply: FastifyReply) {
    const secret = newSecret();
    const row = writtenRow(await store.rotate(changeOf(request), secret));
    reply.header('etag', entityTag(row.version)).header('cache-control', UNSTORED);
    return { ...row, secret };
  }

  async function listDeliveries(request: FastifyRequest, reply: FastifyReply) {
    const query = validated(request.query, DeliveryQuery);
    const { limit = DEFAULT_PAGE_SIZE, status, cursor } = query;
    const id = idOf(request);
    if (!(await store.find(accessOf(request), id))) throw new WebhookNotFound();
    const before = cursor === undefined ? undefined : Number(cursor);
    const rows = await deliveries.list(id, { before, status, limit: limit + 1 });
    return pageOf(request, reply, { path: `${WEBHOOKS_PATH}/${id}/deliveries`, query, limit, rows });
  }

  const single = [getWebhook, updateWebhook, deleteWebhook] as const;
  const ofRow = { 200: links('$request.path.id', ...single, rotateWebhookSecret, listWebhookDeliveries) };
  app.get(WEBHOOKS_PATH, { schema: listWebhooks }, list);
  app.post(
    WEBHOOKS_PATH,
    { schema: createWebhook, links: { 201: links('$response.body#/id', ...single, listWebhookDeliveries) } },
    create,
  );
  // Before the delete: the operations of the document succeed from top to bottom.
  app.post(`${ROW}/rotate-secret`, { schema: rotateWebhookSecret, links: ofRow }, rotateSecret);
  app.get(`${ROW}/deliveries`, { schema: listWebhookDeliveries }, listDeliveries);
  app.get(ROW, { schema: getWebhook, links: ofRow }, get);
  app.patch(ROW, { schema: updateWebhook, links: ofRow }, update);
  app.delete(ROW, { schema: deleteWebhook }, remove);
};

/** The webhooks that the caller can access. */
const accessOf = ({ principal }: FastifyRequest) => ({ owner: principal?.owner });

const idOf = (request: FastifyRequest) => validated(request.params, WebhookParams).id;

interface Page<Row> {
  path: string;
  query: object;
  limit: number;
  /** One row more than the page has, if there is a next page. */
  rows: readonly Row[];
}

/** The rows of a page, which is described in the headers of the response. */
function pageOf<Row extends { id: number }>(
  request: FastifyRequest,
  reply: FastifyReply,
  { path, query, limit, rows }: Page<Row>,
): Row[] {
  const page = rows.slice(0, limit);
  const next = rows.length > limit ? page.at(-1)?.id : undefined;
  describePage(request, reply, {
    path,
    query,
    next: next === undefined ? undefined : String(next),
    total: undefined,
    caching: REVALIDATED_PAGE,
  });
  return page;
}

/** @throws {ServiceError} 404 if the webhook does not exist, 412 if it has another version. */
function writtenRow(written: Written) {
  if (written === 'not_found') throw new WebhookNotFound();
  if (written === 'version_mismatch') throw new PreconditionFailed();
  return written;
}
