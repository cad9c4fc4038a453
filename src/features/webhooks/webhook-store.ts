import type { Static } from '@sinclair/typebox';
import type { Pool } from 'pg';
import type { webhook } from '../../../schemas/index.ts';
import type { DisabledReason } from '../../../schemas/webhook.ts';
import { type Queryable, type Statement, transaction } from '../../database/pooled-database.ts';

export type WebhookCreate = Static<typeof webhook.create>;
export type WebhookUpdate = Static<typeof webhook.update>;

/** A webhook as in the contract, with its version. */
export type WebhookRow = Static<typeof webhook.item> & { version: string };

/** An arbitrary number: the locks of creates by owner. */
const LOCK = 7_305_217;

/** The time in which the previous secret is valid after a rotation, in hours. */
export const ROTATION_HOURS = 24;

const COLUMNS = `
  id, url, event_types AS "eventTypes", description, disabled_at IS NULL AS enabled,
  disabled_reason AS "disabledReason", disabled_at AS "disabledAt", failing_since AS "failingSince",
  created_at AS "createdAt", updated_at AS "updatedAt", version`;

/** The webhooks that a caller can access: its own, or all if authentication is off. */
export interface Access {
  owner: string | undefined;
}

export interface NewWebhook extends Access {
  values: WebhookCreate;
  /** The scopes of the owner; undefined: it can read everything. */
  scopes: readonly string[] | undefined;
  secret: string;
}

/** A webhook to write, and the conditions on its version. */
export interface ChangedWebhook extends Access {
  id: number;
  required: readonly string[] | undefined;
  excluded: readonly string[] | undefined;
}

/** The result of a write: the row, or why there is none. */
export type Written = WebhookRow | 'not_found' | 'version_mismatch';

const isAccessible = '($1::text IS NULL OR owner = $1)';
/** The parameters of a write begin with those of {@link conditionsOf}. */
const hasVersion =
  '($3::uuid[] IS NULL OR version = ANY ($3)) AND ($4::uuid[] IS NULL OR version <> ALL ($4))';
const conditionsOf = ({ owner, id, required, excluded }: ChangedWebhook) => [owner, id, required, excluded];

/** The webhooks in the database. */
export class WebhookStore {
  readonly #database: Queryable;
  readonly #pool: Pool;

  constructor(database: Queryable, pool: Pool) {
    this.#database = database;
    this.#pool = pool;
  }

  /** Returns undefined if the owner has the maximum number of webhooks. */
  async create({ owner, values, scopes, secret }: NewWebhook, max: number): Promise<WebhookRow | undefined> {
    const { url, eventTypes = ['*'], description = '' } = values;
    const insert = {
      text: `
        INSERT INTO webhooks (owner, scopes, url, event_types, description, secret, after_position)
        SELECT $1, $2::text[], $3, $4::text[], $5, $6, (SELECT position FROM event_head WHERE only_row)
        WHERE (SELECT count(*) FROM webhooks WHERE owner IS NOT DISTINCT FROM $1) < $7
        RETURNING ${COLUMNS}`,
      values: [owner, scopes, url, eventTypes, description, secret, max],
    };
    return transaction(this.#pool, async (client) => {
      // Creates of one owner wait for each other: concurrent ones would not count each other.
      await client.query({
        text: 'SELECT pg_advisory_xact_lock($1, hashtext($2))',
        values: [LOCK, owner ?? ''],
      });
      return (await client.query<WebhookRow>(insert)).rows[0];
    });
  }

  async find({ owner }: Access, id: number): Promise<WebhookRow | undefined> {
    const text = `SELECT ${COLUMNS} FROM webhooks WHERE ${isAccessible} AND id = $2`;
    return (await this.#rows({ text, values: [owner, id] }))[0];
  }

  /** The next webhooks after the one with this id, oldest first. */
  list({ owner }: Access, after: number, limit: number): Promise<WebhookRow[]> {
    const text = `SELECT ${COLUMNS} FROM webhooks WHERE ${isAccessible} AND id > $2::bigint ORDER BY id LIMIT $3`;
    return this.#rows({ text, values: [owner, after, limit] });
  }

  /** Changes a webhook. If it is enabled, or gets another URL, its pending deliveries are attempted at once. */
  update(change: ChangedWebhook, { url, eventTypes, description, enabled }: WebhookUpdate): Promise<Written> {
    const requested: DisabledReason = 'requested';
    return this.#write(change, {
      text: `
        WITH written AS (
          UPDATE webhooks SET
            url = coalesce($5, url), event_types = coalesce($6::text[], event_types), description = coalesce($7, description),
            disabled_at = CASE $8::boolean WHEN true THEN NULL WHEN false THEN coalesce(disabled_at, now()) ELSE disabled_at END,
            disabled_reason = CASE $8 WHEN true THEN NULL WHEN false THEN coalesce(disabled_reason, $9) ELSE disabled_reason END,
            failing_since = CASE WHEN $8 OR $5 <> url THEN NULL ELSE failing_since END,
            version = gen_random_uuid(), updated_at = now()
          WHERE ${isAccessible} AND id = $2 AND ${hasVersion}
          RETURNING ${COLUMNS}
        ), retried AS (
          UPDATE webhook_lanes SET next_attempt_at = now(), failures = 0, failing_since = NULL
          WHERE webhook_id IN (SELECT id FROM written) AND ($8 OR $5 IS NOT NULL)
        )
        SELECT * FROM written`,
      values: [...conditionsOf(change), url, eventTypes, description, enabled, requested],
    });
  }

  /** Replaces the secret; the old one stays valid for {@link ROTATION_HOURS}. */
  rotate(change: ChangedWebhook, secret: string): Promise<Written> {
    return this.#write(change, {
      text: `
        UPDATE webhooks SET
          previous_secret = secret, previous_secret_until = now() + ${ROTATION_HOURS} * interval '1 hour', secret = $5,
          version = gen_random_uuid(), updated_at = now()
        WHERE ${isAccessible} AND id = $2 AND ${hasVersion}
        RETURNING ${COLUMNS}`,
      values: [...conditionsOf(change), secret],
    });
  }

  /** Deletes a webhook with its deliveries. */
  remove(change: ChangedWebhook): Promise<Written> {
    return this.#write(change, {
      text: `DELETE FROM webhooks WHERE ${isAccessible} AND id = $2 AND ${hasVersion} RETURNING ${COLUMNS}`,
      values: conditionsOf(change),
    });
  }

  async #write(change: ChangedWebhook, statement: Statement): Promise<Written> {
    const [row] = await this.#rows(statement);
    if (row) return row;
    return (await this.find(change, change.id)) ? 'version_mismatch' : 'not_found';
  }

  async #rows(statement: Statement): Promise<WebhookRow[]> {
    return (await this.#database.query<WebhookRow>(statement)).rows;
  }
}
