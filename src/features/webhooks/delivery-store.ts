import type { Static } from '@sinclair/typebox';
import type { webhook } from '../../../schemas/index.ts';
import { type Attempt, type DisabledReason, MAX_SHOWN_ATTEMPTS } from '../../../schemas/webhook.ts';
import type { Batching, Runner } from '../../database/batching/batching.ts';
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

/** A delivery that is not attempted again. */
interface Completion {
  readonly claim: ClaimedDelivery;
  readonly attempt: Attempt;
  readonly status: 'delivered' | 'failed';
}

/** The assignments that add an attempt to a delivery. */
const added = (attempt: string) => `
  attempt_count = attempt_count + 1,
  attempts = CASE WHEN jsonb_array_length(attempts) < ${MAX_SHOWN_ATTEMPTS}
    THEN ${attempt} || attempts ELSE ${attempt} || (attempts - ${MAX_SHOWN_ATTEMPTS - 1}) END`;

/** Adds a failed attempt to a delivery; its parameters are those of {@link attemptValues}. */
const ATTEMPTED = `
  UPDATE webhook_deliveries SET ${added('$3::jsonb')}
  WHERE webhook_id = $1 AND position = $2 AND status = 'pending'`;
const attemptValues = ({ webhookId, position }: ClaimedDelivery, attempt: Attempt) => [
  webhookId,
  position,
  JSON.stringify([attempt]),
];

/** The deliveries in the database. Those of one resource to one webhook are a lane, and are sent in order. */
export class DeliveryStore {
  readonly #database: Queryable;
  readonly #complete: Runner<Completion, boolean>;

  constructor(database: Queryable, batching: Batching) {
    this.#database = database;
    this.#complete = batching.batch('webhooks.complete', (completions) => this.#completeMany(completions));
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

  /**
   * Ends a delivery, and goes on to the next one of the lane. Concurrent calls share a statement.
   *
   * @returns Whether the webhook was failing before a success.
   */
  complete(claim: ClaimedDelivery, attempt: Attempt, status: Completion['status']): Promise<boolean> {
    return this.#complete({ claim, attempt, status });
  }

  /** Lanes and webhooks are locked in one order, which prevents deadlocks with other instances. */
  async #completeMany(completions: readonly Completion[]): Promise<boolean[]> {
    const { rows } = await this.#database.query<{ hasEnded: boolean; hasRecovered: boolean }>({
      text: `
        WITH given AS MATERIALIZED (
          SELECT * FROM unnest($1::integer[], $2::bigint[], $3::text[], $4::text[], $5::jsonb[])
            WITH ORDINALITY AS given (webhook_id, position, subject, status, attempt, place)
        ), lanes AS MATERIALIZED (
          SELECT webhook_id, subject, last_position FROM webhook_lanes JOIN given USING (webhook_id, subject)
          ORDER BY webhook_id, subject FOR UPDATE OF webhook_lanes
        ), ended AS (
          DELETE FROM webhook_lanes AS lane USING lanes JOIN given USING (webhook_id, subject)
          WHERE lane.webhook_id = lanes.webhook_id AND lane.subject = lanes.subject AND lanes.last_position = given.position
          RETURNING lane.webhook_id, lane.subject
        ), completed AS (
          UPDATE webhook_deliveries AS delivery SET status = given.status, completed_at = now(), ${added('given.attempt')}
          FROM given
          WHERE delivery.webhook_id = given.webhook_id AND delivery.position = given.position AND delivery.status = 'pending'
        ), recovering AS MATERIALIZED (
          SELECT id FROM webhooks
          WHERE failing_since IS NOT NULL AND id IN (SELECT webhook_id FROM given WHERE status = 'delivered')
          ORDER BY id FOR NO KEY UPDATE
        ), recovered AS (
          UPDATE webhooks SET failing_since = NULL FROM recovering WHERE webhooks.id = recovering.id RETURNING webhooks.id
        )
        SELECT EXISTS (SELECT FROM ended WHERE ended.webhook_id = given.webhook_id AND ended.subject = given.subject) AS "hasEnded",
          EXISTS (SELECT FROM recovered WHERE id = given.webhook_id) AS "hasRecovered"
        FROM given ORDER BY place`,
      values: [
        completions.map(({ claim }) => claim.webhookId),
        completions.map(({ claim }) => claim.position),
        completions.map(({ claim }) => claim.subject),
        completions.map(({ status }) => status),
        completions.map(({ attempt }) => JSON.stringify([attempt])),
      ],
    });
    // A second statement: it sees a delivery that was added while the first one waited for the lane.
    const going = completions.filter((_, index) => !rows[index]?.hasEnded);
    if (going.length > 0) await this.#advance(going.map(({ claim }) => claim));
    return completions.map((_, index) => rows[index]?.hasRecovered ?? false);
  }

  /** Goes on to the next delivery of each lane, if there is one. */
  async #advance(claims: readonly Claim[]): Promise<void> {
    await this.#database.query({
      text: `
        WITH lanes AS MATERIALIZED (
          SELECT webhook_id, subject FROM webhook_lanes
          JOIN unnest($1::integer[], $2::text[]) AS given (webhook_id, subject) USING (webhook_id, subject)
          ORDER BY webhook_id, subject FOR UPDATE OF webhook_lanes
        )
        UPDATE webhook_lanes AS lane SET next_attempt_at = now(), claimed_until = NULL, failures = 0, failing_since = NULL
        FROM lanes WHERE lane.webhook_id = lanes.webhook_id AND lane.subject = lanes.subject`,
      values: [claims.map(({ webhookId }) => webhookId), claims.map(({ subject }) => subject)],
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
    await this.#advance([claim]);
  }

  /** Adds a failed attempt, and schedules the next one, in milliseconds. */
  async retry(claim: ClaimedDelivery, attempt: Attempt, delay: number): Promise<void> {
    await this.#database.query({
      text: `
        WITH attempted AS (${ATTEMPTED}), scheduled AS (
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
        WITH attempted AS (${ATTEMPTED}), released AS (
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
