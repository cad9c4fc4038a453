import type { PoolClient } from 'pg';
import { eventSources } from '../../../schemas/index.ts';
import type { AnyResource } from '../../../schemas/resource.ts';
import { matchesType } from '../../../schemas/webhook.ts';
import type { ConsumedEvent, EventRange } from '../../events/consumer.ts';
import { cloudEvent, ownerOf } from '../../events/event.ts';

/** The maximum number of deliveries that one statement adds: each has the body of its event. */
const MAX_ROWS = 1_000;

/** A webhook that may get events. */
interface Receiver {
  id: number;
  owner: string | null;
  scopes: readonly string[] | null;
  eventTypes: readonly string[];
  afterPosition: number;
}

const byCode = new Map(eventSources.map((resource) => [resource.names.code, resource]));

/**
 * Adds the deliveries of events, in the transaction of a consumer: one for each enabled webhook that asks for the event and whose owner may
 * read it.
 *
 * @param isAuthOn Whether only webhooks with an owner get events.
 * @returns Their number.
 */
export async function addDeliveries(
  events: EventRange,
  client: PoolClient,
  isAuthOn: boolean,
): Promise<number> {
  const receivers = await lockReceivers(client, isAuthOn);
  if (receivers.length === 0) return 0;
  const rows = (await events.read()).flatMap((event) => {
    const resource = byCode.get(event.type.split('.')[0] ?? '');
    const wanted = resource ? receivers.filter((receiver) => gets(receiver, event, resource)) : [];
    if (!resource || wanted.length === 0) return [];
    const body = cloudEvent({ ...event, occurred_at: event.occurredAt }, resource);
    return wanted.map(({ id }) => ({ id, event, body }));
  });
  for (let added = 0; added < rows.length; added += MAX_ROWS)
    await insertDeliveries(rows.slice(added, added + MAX_ROWS), client);
  return rows.length;
}

/** A delivery of an event to the webhook with this id. */
interface NewDelivery {
  id: number;
  event: ConsumedEvent;
  body: string;
}

async function insertDeliveries(rows: readonly NewDelivery[], client: PoolClient): Promise<void> {
  await client.query(
    `WITH new AS MATERIALIZED (
       SELECT * FROM unnest($1::integer[], $2::bigint[], $3::uuid[], $4::text[], $5::text[], $6::text[])
         AS new (webhook_id, position, event, type, subject, body)
     ), added AS (
       INSERT INTO webhook_deliveries (webhook_id, position, event, type, subject, body) SELECT * FROM new
     )
     INSERT INTO webhook_lanes AS lane (webhook_id, subject, last_position)
     SELECT webhook_id, subject, max(position) FROM new GROUP BY webhook_id, subject ORDER BY webhook_id, subject
     ON CONFLICT (webhook_id, subject) DO UPDATE SET last_position = excluded.last_position`,
    [
      rows.map(({ id }) => id),
      rows.map(({ event }) => event.position),
      rows.map(({ event }) => event.event),
      rows.map(({ event }) => event.type),
      rows.map(({ event }) => event.subject),
      rows.map(({ body }) => body),
    ],
  );
}

/** The enabled webhooks, which cannot be deleted until the end of the transaction. */
async function lockReceivers(client: PoolClient, isAuthOn: boolean): Promise<Receiver[]> {
  const { rows } = await client.query<Receiver>(
    `SELECT id, owner, scopes, event_types AS "eventTypes", after_position AS "afterPosition" FROM webhooks
     WHERE disabled_at IS NULL AND (owner IS NOT NULL OR NOT $1) ORDER BY id FOR KEY SHARE`,
    [isAuthOn],
  );
  return rows;
}

function gets(
  { owner, scopes, eventTypes, afterPosition }: Receiver,
  { position, type, payload }: ConsumedEvent,
  resource: AnyResource,
): boolean {
  if (position <= afterPosition || !matchesType(eventTypes, type)) return false;
  if (scopes === null) return true;
  const { read, all } = resource.names.scopes;
  if (!scopes.includes(read)) return false;
  return !resource.owned || scopes.includes(all) || ownerOf(resource, payload) === owner;
}
