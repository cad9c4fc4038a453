import type { Static } from '@sinclair/typebox';
import type { webhook } from '../../../schemas/index.ts';
import { type Attempt, type DisabledReason, MAX_SHOWN_ATTEMPTS } from '../../../schemas/webhook.ts';
import type { Queryable, Statement } from '../../database/pooled-database.ts';

/** A delivery as in the contract. */
export type DeliveryRow = Static<typeof webhook.delivery>;

/** The first pending delivery of a resource to a webhook, which this instance sends. */
export interface Claim {
  webhookId: number;
  subject: string;
  url: string;
  secrets: string[];
  /** The position of the last delivery of the lane. */
  lastPosition: number;
  /** Undefined members: the delivery was removed. */
  position: number | null;
  event: string | null;
  body: string | null;
  /** The number of failures of this delivery. */
  failures: number;
  /** The time since the first of them in seconds; null without one. */
  failingFor: number | null;
  /** The same for all deliveries to the webhook since the last success. */
  webhookFailingFor: number | null;
}

/** A claim with its delivery. */
export type ClaimedDelivery = Claim & { position: number; event: string; body: string };

export interface ClaimLimits {
  /** The maximum number of claims. */
  max: number;
  /** The maximum number for each webhook, and the exceptions by its id. */
  perWebhook: number;
  exceptions: Readonly<Record<number, number>>;
  /** The time in milliseconds after which other instances may send the deliveries. */
  lease: number;
}

/** Adds an attempt to a delivery; its parameters are those of {@link attemptValues}. */
const withAttempt = (status: string) => `
  UPDATE webhook_deliveries SET
    status = ${status}, completed_at = CASE ${status} WHEN 'pending' THEN NULL ELSE now() END,
    attempt_count = attempt_count + 1,
    attempts = CASE WHEN jsonb_array_length(attempts) < ${MAX_SHOWN_ATTEMPTS}
      THEN $3::jsonb || attempts ELSE $3 || (attempts - ${MAX_SHOWN_ATTEMPTS - 1}) END
  WHERE webhook_id = $1 AND position = $2 AND status = 'pending'`;
const attemptValues = ({ webhookId, position }: ClaimedDelivery, attempt: Attempt) => [
  webhookId,
  position,
  JSON.stringify([attempt]),
];

/** The deliveries in the database. Those of one resource to one webhook are a lane, and are sent in order. */
export class DeliveryStore {
  readonly #database: Queryable;

  constructor(database: Queryable) {
    this.#database = database;
  }

  /** Claims deliveries that are due: the first one of each lane. */
  async claim({ max, perWebhook, exceptions, lease }: ClaimLimits): Promise<Claim[]> {
    const { rows } = await this.#database.query<Claim>({
      text: `
        WITH due AS MATERIALIZED (
          SELECT lane.webhook_id, lane.subject
          FROM webhooks CROSS JOIN LATERAL (
            SELECT webhook_id, subject, next_attempt_at FROM webhook_lanes
            WHERE webhook_id = webhooks.id AND next_attempt_at <= now()
              AND (claimed_until IS NULL OR claimed_until < now())
            ORDER BY next_attempt_at LIMIT coalesce(($1::jsonb ->> webhooks.id::text)::integer, $2)
            FOR UPDATE SKIP LOCKED
          ) AS lane
          WHERE disabled_at IS NULL ORDER BY next_attempt_at LIMIT $3
        ), claimed AS (
          UPDATE webhook_lanes AS lane SET claimed_until = now() + $4 * interval '1 millisecond'
          FROM due WHERE lane.webhook_id = due.webhook_id AND lane.subject = due.subject
          RETURNING lane.webhook_id, lane.subject, lane.last_position, lane.failures, lane.failing_since
        )
        SELECT claimed.webhook_id AS "webhookId", claimed.subject, last_position AS "lastPosition", url,
          delivery.position, event, body, failures,
          CASE WHEN previous_secret_until > now() THEN ARRAY[secret, previous_secret] ELSE ARRAY[secret] END AS secrets,
          extract(epoch FROM now() - claimed.failing_since)::integer AS "failingFor",
          extract(epoch FROM now() - webhooks.failing_since)::integer AS "webhookFailingFor"
        FROM claimed JOIN webhooks ON id = claimed.webhook_id LEFT JOIN LATERAL (
          SELECT position, event, body FROM webhook_deliveries AS pending
          WHERE pending.webhook_id = claimed.webhook_id AND pending.subject = claimed.subject AND status = 'pending'
          ORDER BY position LIMIT 1
        ) AS delivery ON true`,
      values: [JSON.stringify(exceptions), perWebhook, max, lease],
    });
    return rows;
  }

  /** Ends a delivery, and goes on to the next one of the lane. Returns whether the webhook was failing before a success. */
  async complete(claim: ClaimedDelivery, attempt: Attempt, status: 'delivered' | 'failed'): Promise<boolean> {
    const { rows } = await this.#database.query<{ hasEnded: boolean; hasRecovered: boolean }>({
      text: `
        WITH completed AS (${withAttempt('$4::text')}), ended AS (
          DELETE FROM webhook_lanes WHERE webhook_id = $1 AND subject = $5 AND last_position = $2 RETURNING 1
        ), recovered AS (
          UPDATE webhooks SET failing_since = NULL
          WHERE id = $1 AND $4 = 'delivered' AND failing_since IS NOT NULL RETURNING 1
        )
        SELECT EXISTS (SELECT FROM ended) AS "hasEnded", EXISTS (SELECT FROM recovered) AS "hasRecovered"`,
      values: [...attemptValues(claim, attempt), status, claim.subject],
    });
    // A second statement: it sees a delivery that was added while the first one waited for the lane.
    if (!rows[0]?.hasEnded) await this.advance(claim);
    return rows[0]?.hasRecovered ?? false;
  }

  /** Goes on to the next delivery of a lane, if there is one. */
  async advance({ webhookId, subject }: Claim): Promise<void> {
    await this.#database.query({
      text: `
        UPDATE webhook_lanes SET next_attempt_at = now(), claimed_until = NULL, failures = 0, failing_since = NULL
        WHERE webhook_id = $1 AND subject = $2`,
      values: [webhookId, subject],
    });
  }

  /** Ends a lane whose deliveries were removed. */
  async end(claim: Claim): Promise<void> {
    const { webhookId, subject, lastPosition } = claim;
    await this.#database.query({
      text: `
        DELETE FROM webhook_lanes WHERE webhook_id = $1 AND subject = $2 AND last_position = $3 AND NOT EXISTS (
          SELECT FROM webhook_deliveries AS pending
          WHERE pending.webhook_id = $1 AND pending.subject = $2 AND status = 'pending')`,
      values: [webhookId, subject, lastPosition],
    });
    await this.advance(claim);
  }

  /** Adds a failed attempt, and schedules the next one, in milliseconds. */
  async retry(claim: ClaimedDelivery, attempt: Attempt, delay: number): Promise<void> {
    await this.#database.query({
      text: `
        WITH attempted AS (${withAttempt("'pending'")}), scheduled AS (
          UPDATE webhook_lanes SET next_attempt_at = now() + $4 * interval '1 millisecond', claimed_until = NULL,
            failures = failures + 1, failing_since = coalesce(failing_since, now())
          WHERE webhook_id = $1 AND subject = $5
        )
        UPDATE webhooks SET failing_since = now() WHERE id = $1 AND failing_since IS NULL`,
      values: [...attemptValues(claim, attempt), delay, claim.subject],
    });
  }

  /** Adds a failed attempt, and disables the webhook: its deliveries stay pending. */
  async disable(claim: ClaimedDelivery, attempt: Attempt, reason: DisabledReason): Promise<void> {
    await this.#database.query({
      text: `
        WITH attempted AS (${withAttempt("'pending'")}), released AS (
          UPDATE webhook_lanes SET claimed_until = NULL WHERE webhook_id = $1 AND subject = $4
        )
        UPDATE webhooks SET disabled_at = now(), disabled_reason = $5, version = gen_random_uuid()
        WHERE id = $1 AND disabled_at IS NULL`,
      values: [...attemptValues(claim, attempt), claim.subject, reason],
    });
  }

  /** Returns claims that were not used. */
  async release(claims: readonly Claim[]): Promise<void> {
    await this.#database.query({
      text: `
        UPDATE webhook_lanes AS lane SET claimed_until = NULL
        FROM unnest($1::integer[], $2::text[]) AS claim (webhook_id, subject)
        WHERE lane.webhook_id = claim.webhook_id AND lane.subject = claim.subject`,
      values: [claims.map(({ webhookId }) => webhookId), claims.map(({ subject }) => subject)],
    });
  }

  /** Attempts no delivery to a webhook for some milliseconds; 0: attempts all at once. */
  async postpone(webhookId: number, delay: number): Promise<void> {
    await this.#database.query(moved(webhookId, delay));
  }

  /** A page of the deliveries to a webhook, newest first. */
  async list(webhookId: number, { before, status, limit }: DeliveryPage): Promise<DeliveryRow[]> {
    const { rows } = await this.#database.query<DeliveryRow>({
      text: `
        SELECT delivery.position AS id, event AS "eventId", type AS "eventType", delivery.subject, status,
          attempt_count AS "attemptCount", attempts, created_at AS "createdAt", completed_at AS "completedAt",
          CASE WHEN status = 'pending' AND disabled_at IS NULL AND NOT EXISTS (
            SELECT FROM webhook_deliveries AS earlier
            WHERE earlier.webhook_id = $1 AND earlier.subject = delivery.subject AND earlier.status = 'pending'
              AND earlier.position < delivery.position
          ) THEN next_attempt_at END AS "nextAttemptAt"
        FROM webhook_deliveries AS delivery
        JOIN (SELECT id, disabled_at FROM webhooks) AS webhook ON webhook.id = delivery.webhook_id
        LEFT JOIN webhook_lanes AS lane ON lane.webhook_id = delivery.webhook_id AND lane.subject = delivery.subject
        WHERE delivery.webhook_id = $1 AND ($2::bigint IS NULL OR delivery.position < $2) AND ($3::text IS NULL OR status = $3)
        ORDER BY delivery.position DESC LIMIT $4`,
      values: [webhookId, before, status, limit],
    });
    return rows;
  }
}

/** The part of the deliveries that a page contains. */
export interface DeliveryPage {
  before: number | undefined;
  status: string | undefined;
  limit: number;
}

/** Rows are locked in one order, which prevents deadlocks between instances. */
const moved = (webhookId: number, delay: number): Statement => ({
  text: `
    WITH waiting AS MATERIALIZED (
      SELECT subject FROM webhook_lanes
      WHERE webhook_id = $1 AND CASE $2::integer WHEN 0 THEN next_attempt_at > now()
        ELSE next_attempt_at < now() + $2 * interval '1 millisecond' END
      ORDER BY subject FOR UPDATE SKIP LOCKED
    )
    UPDATE webhook_lanes SET next_attempt_at = now() + $2 * interval '1 millisecond'
    WHERE webhook_id = $1 AND subject IN (SELECT subject FROM waiting)`,
  values: [webhookId, delay],
});
