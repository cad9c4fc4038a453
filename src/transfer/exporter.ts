import type { Pool } from 'pg';
import type { AnyResource } from '../../schemas/resource.ts';
import type { Filters, Identified, ListParameters, Page } from '../crud/listing.ts';
import { connectFailure, queryFailure } from '../database/failures.ts';
import { type Statement, takeRows } from '../database/pooled-database.ts';
import { csvHeader, csvRows } from './csv.ts';

/** The number of rows that are read at once. */
const ROWS = 1_000;
/** A client that reads nothing for this time ends its export, in seconds: its snapshot keeps old rows in the database. */
const MAX_PAUSE = 60;

type Row = Identified & Readonly<Record<string, unknown>>;

/** How the rows of a resource are read. */
export interface ExportSource {
  /** The connections for exports; undefined for the embedded PostgreSQL, which has only one. */
  readonly pool: Pool | undefined;
  /** The statement of all rows of a query. */
  all(query: Filters): Statement;
  /** One page of a list. */
  page(query: ListParameters & Filters): Promise<Page<Row>>;
}

/**
 * Reads all rows of a query in groups. On a server they are one snapshot. On the embedded PostgreSQL each group is a statement, between
 * those of other requests: a row that is written meanwhile may be missing or in its new state.
 */
export function readRows(source: ExportSource, query: Filters): AsyncGenerator<Row[], void> {
  return source.pool ? readSnapshot(source.pool, source.all(query)) : readAllPages(source, query);
}

/**
 * Waits for the first value of a generator, so that a failure until then has a response of its own.
 *
 * @returns All of its values.
 */
export async function started<Value>(
  values: AsyncGenerator<Value, void>,
): Promise<AsyncGenerator<Value, void>> {
  const first = await values.next();
  return (async function* all() {
    try {
      if (!first.done) yield first.value;
      yield* values;
    } finally {
      // The caller may return before the rest is read.
      await values.return();
    }
  })();
}

/** The cursor is one of SQL: with those of the driver, a timeout would end the rows without an error. */
async function* readSnapshot(pool: Pool, { text, values }: Statement): AsyncGenerator<Row[], void> {
  const client = await pool.connect().catch((error: unknown) => {
    throw connectFailure(error);
  });
  let failure: unknown;
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    await client.query(`SET LOCAL idle_in_transaction_session_timeout = '${MAX_PAUSE}s'`);
    await client.query({ text: `DECLARE export NO SCROLL CURSOR FOR ${text}`, ...(values && { values }) });
    let count: number;
    do {
      const { rows } = takeRows(await client.query<Row>(`FETCH ${ROWS} FROM export`));
      count = rows.length;
      if (count > 0) yield rows;
    } while (count === ROWS);
  } catch (error) {
    failure = error;
    throw queryFailure(error);
  } finally {
    const isBroken =
      failure !== undefined ||
      (await client.query('ROLLBACK').then(
        () => false,
        () => true,
      ));
    client.release(isBroken);
  }
}

async function* readAllPages(source: ExportSource, query: Filters): AsyncGenerator<Row[], void> {
  let cursor: string | undefined;
  do {
    const page: Page<Row> = await source.page({
      ...query,
      limit: ROWS,
      ...(cursor !== undefined && { cursor }),
    });
    if (page.rows.length > 0) yield page.rows;
    cursor = page.next;
  } while (cursor !== undefined);
}

/** The media types of an export, the preferred one first. */
export const EXPORT_TYPES = ['text/csv', 'application/x-ndjson'] as const;
export type ExportType = (typeof EXPORT_TYPES)[number];

/** The fields of an export, in order. */
export const exportedFields = ({ fields, stamps }: Pick<AnyResource, 'fields' | 'stamps'>): string[] => [
  'id',
  ...Object.keys(fields),
  ...stamps,
];

/** Renders groups of rows, and empties them: former values of generators stay reachable until a collection of the old generation. */
export async function* renderRows(
  groups: AsyncIterable<Row[]>,
  type: ExportType,
  fields: readonly string[],
): AsyncGenerator<string, void> {
  if (type === 'text/csv') yield csvHeader(fields);
  for await (const rows of groups) {
    yield type === 'text/csv'
      ? csvRows(fields, rows)
      : rows.map((row) => `${JSON.stringify(row)}\n`).join('');
    rows.length = 0;
  }
}
