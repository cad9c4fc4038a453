import { hash } from 'node:crypto';
import type { AnyResource } from '../../schemas/resource.ts';
import type { Statement } from '../database/pooled-database.ts';
import { insertedSourcesText, nextId, sourcesInOrder } from './change-source.ts';
import { createValues, insertedColumns, type NewRow, returnedColumns, type Values } from './columns.ts';
import type { WriteOutcome } from './conditional-write.ts';
import { type RowLimit, roomText } from './row-limit.ts';

/** The primary key of the table of keys: a concurrent create with the same key violates it. */
export const KEYS_CONSTRAINT = 'idempotency_keys_pkey';

/** A create that has an effect once, however often it is repeated. */
export interface IdempotentCreate<Create = Values> extends NewRow<Create> {
  readonly key: string;
  /** The principal whose key it is; empty without authentication. */
  readonly keyOwner: string;
  /** Equal for equal requests; see {@link fingerprintOf}. */
  readonly fingerprint: Buffer;
}

/** The outcome of an idempotent create. */
export interface IdempotentOutcome<Row> {
  /** Undefined: the key belongs to another request. */
  outcome: WriteOutcome<Row> | undefined;
  /** Whether it is the outcome of an earlier request. */
  isReplayed: boolean;
}

/** A row of the statement, in the order of the creates. */
export interface IdempotentResult {
  place_: number;
  is_replayed_: boolean;
  is_same_: boolean;
  outcome_: Record<string, unknown> | null;
}

/** SHA-256 of a create and the values of its fields, in any order. */
export function fingerprintOf(
  { names, fields }: Pick<AnyResource, 'names' | 'fields'>,
  item: Values,
): Buffer {
  const values = Object.keys(fields).map((name) => item[name]);
  return hash('sha256', `POST ${names.path} ${JSON.stringify(values)}`, 'buffer');
}

/**
 * Compiles the statement that inserts items, stores their outcomes under their keys, and returns both new and stored outcomes.
 *
 * The key and the row are written by one statement, so that neither exists without the other. A concurrent create with the same key
 * violates the primary key, and its row is rolled back: no `ON CONFLICT` may skip the key. Repeated, it finds the stored outcome.
 * The subquery with a limit looks up each key in the index: a join, planned while the table was small, would read the whole table.
 *
 * @param limit The limit on the number of rows.
 */
export function idempotentCreateOf(resource: AnyResource, limit?: RowLimit) {
  const { table } = resource.names;
  const columns = insertedColumns(resource);
  const names = columns.map(({ name }) => name).join(', ');
  const arrays = columns.map(({ type }, index) => `$${index + 4}::${type}[]`).join(', ');
  const wanted = 'SELECT count(*)::integer FROM fresh';
  const room = limit ? `${roomText(table, limit, { wanted, max: `$${columns.length + 5}` })},` : '';
  const fits = limit ? 'JOIN room ON rank_ <= places_' : '';
  const isConflict = resource.unique.length > 0 ? 'ON CONFLICT DO NOTHING' : '';
  const text = `
    WITH given AS MATERIALIZED (
      SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[], ${arrays})
      WITH ORDINALITY AS given (key_owner_, key_, fingerprint_, ${names}, place_)
    ), seen AS (
      SELECT place_, known.fingerprint = fingerprint_ AS is_same_, known.outcome AS outcome_
      FROM given CROSS JOIN LATERAL (
        SELECT fingerprint, outcome FROM idempotency_keys WHERE owner = key_owner_ AND key = key_ LIMIT 1
      ) AS known
    ), fresh AS MATERIALIZED (
      SELECT *, ${nextId(table)} AS id_, row_number() OVER (ORDER BY place_) AS rank_
      FROM given WHERE place_ NOT IN (SELECT place_ FROM seen)
    ), ${insertedSourcesText(table, 'fresh', `$${columns.length + 4}`)}, ${room} created AS (
      INSERT INTO ${table} (id, ${names}) OVERRIDING SYSTEM VALUE
      SELECT id_, ${names} FROM fresh CROSS JOIN sources ${fits} ORDER BY place_
      ${isConflict} RETURNING ${returnedColumns(resource)}
    ), outcomes AS (
      SELECT place_, key_owner_, key_, fingerprint_, CASE WHEN created.id IS NOT NULL THEN to_jsonb(created) END AS outcome_
      FROM fresh LEFT JOIN created ON created.id = id_
    ), stored AS (
      INSERT INTO idempotency_keys (owner, key, fingerprint, outcome)
      SELECT key_owner_, key_, fingerprint_, outcome_ FROM outcomes ORDER BY key_owner_, key_
    )
    SELECT place_, false AS is_replayed_, true AS is_same_, outcome_ FROM outcomes
    UNION ALL SELECT place_, true, is_same_, outcome_ FROM seen`;
  return (creates: readonly IdempotentCreate[]): Statement => ({
    text,
    values: [
      creates.map(({ keyOwner }) => keyOwner),
      creates.map(({ key }) => key),
      creates.map(({ fingerprint }) => fingerprint),
      ...createValues(columns, creates),
      sourcesInOrder(creates),
      ...(limit ? [limit.max] : []),
    ],
  });
}

/**
 * Compiles the function that returns the outcomes of idempotent creates, in order.
 *
 * @returns A function of the creates and the rows of their statement.
 */
export function idempotentOutcomesOf<Row>({ fields, stamps }: AnyResource) {
  const instants = [...stamps, ...Object.keys(fields).filter((name) => fields[name]?.kind === 'instant')];
  /** JSON of PostgreSQL renders instants with an offset. */
  const rowOf = (row: Record<string, unknown>): Row => {
    for (const name of instants) {
      const value = row[name];
      if (typeof value === 'string') row[name] = new Date(value).toISOString();
    }
    return row as Row;
  };
  return (creates: readonly IdempotentCreate[], rows: readonly IdempotentResult[]) => {
    const results = new Map(rows.map((row) => [Number(row.place_), row]));
    return creates.map((_, index): IdempotentOutcome<Row> => {
      const result = results.get(index + 1);
      if (!result) throw new Error(`The statement has no outcome for item ${index + 1}`);
      const { is_same_: isSame, is_replayed_: isReplayed, outcome_: row } = result;
      if (!isSame) return { outcome: undefined, isReplayed };
      return { outcome: row ? { status: 'written', row: rowOf(row) } : { status: 'conflict' }, isReplayed };
    });
  };
}
