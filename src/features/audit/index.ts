import type { Static } from '@sinclair/typebox';
import { validated } from '../../crud/routes.ts';
import { callerOf } from '../../database/batching/plugin.ts';
import type { Statement } from '../../database/pooled-database.ts';
import { describePage, REVALIDATED_PAGE } from '../../http/pagination.ts';
import type { Feature } from '../feature.ts';
import { AUDIT_PATH, AuditQuery, listAuditEntries } from './contract.ts';

type Query = Static<typeof AuditQuery>;

/** The position of an event in its set. */
const POSITION = 'last_position - cardinality(resource_ids) + place_';

/** The log of all changes: a durable consumer of events writes it, and an operation lists it. */
export const audit: Feature = async (app) => {
  app.consumeEvents('audit', ({ first, last }, client) =>
    // The rows of an import are audited, not its progress.
    client.query(
      `INSERT INTO audit_sets (last_position, type, path, resource_ids, sources, actors, occurred_at)
       SELECT last_position, type, path, resource_ids, sources,
         CASE WHEN sources @? '$.*[0] ? (@ != null)' THEN ARRAY(
           SELECT DISTINCT source ->> 0 FROM jsonb_each(sources) AS changes (id, source) WHERE source ->> 0 IS NOT NULL
         ) END, occurred_at
       FROM change_sets WHERE last_position BETWEEN $1 AND $2 AND NOT starts_with(type, 'job.')`,
      [first, last],
    ),
  );

  const readPage = app.batching.dedupe(
    'audit.list',
    async (query: Query) => (await app.listDatabase.query<{ id: number }>(pageOf(query))).rows,
    () => 'lists',
  );
  app.get(AUDIT_PATH, { schema: listAuditEntries }, async (request, reply) => {
    const query = validated(request.query, AuditQuery);
    const rows = await readPage(query, callerOf(request));
    const page = rows.slice(0, query.limit);
    const next = rows.length > query.limit ? page.at(-1)?.id : undefined;
    describePage(request, reply, {
      path: AUDIT_PATH,
      query,
      next: next === undefined ? undefined : String(next),
      total: undefined,
      caching: REVALIDATED_PAGE,
    });
    return page;
  });
};

/** The path of a row in the collection with its id. */
const ROW = /^(\/.+)\/([1-9]\d{0,9})$/;
const MAX_ID = 2 ** 31 - 1;

/**
 * Selects the entries of a page, and one more if there is a next page. It is planned for its values: a rare actor is searched for in an
 * index, a frequent one in the latest sets.
 */
function pageOf({ subject, actor, cursor, limit }: Query): Statement {
  const values: unknown[] = [];
  const where: string[] = [];
  // Statistics do not show that a row is rare: no index may seem to have this order.
  const order = subject === undefined ? 'last_position' : 'last_position + 0';
  if (subject !== undefined) {
    const [, path, digits = '0'] = ROW.exec(subject) ?? [];
    const id = Number(digits) > MAX_ID ? 0 : Number(digits);
    where.push(`path = $${values.push(path)}`);
    where.push(`resource_ids @> ARRAY[$${values.push(id)}::integer] AND resource_id_ = $${values.length}`);
  }
  if (actor !== undefined)
    where.push(
      `actors @> ARRAY[$${values.push(actor)}] AND sources -> resource_id_::text ->> 0 = $${values.length}`,
    );
  if (cursor !== undefined)
    // A set has at most 100 changes.
    where.push(`last_position < $${values.push(cursor)}::bigint + 100 AND ${POSITION} < $${values.length}`);
  values.push(limit + 1);
  return {
    text: `
      SELECT ${POSITION} AS id, type AS action, path || '/' || resource_id_ AS subject, sources -> resource_id_::text ->> 0 AS actor,
        sources -> resource_id_::text ->> 1 AS "requestId", occurred_at AS "occurredAt"
      FROM audit_sets, unnest(resource_ids) WITH ORDINALITY AS changes (resource_id_, place_)
      ${where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`}
      ORDER BY ${order} DESC, place_ DESC LIMIT $${values.length}`,
    values,
    isPlannedForValues: true,
  };
}
