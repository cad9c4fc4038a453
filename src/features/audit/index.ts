import type { Static } from '@sinclair/typebox';
import { validated } from '../../crud/routes.ts';
import { callerOf } from '../../database/batching/plugin.ts';
import type { Statement } from '../../database/pooled-database.ts';
import { describePage, REVALIDATED_PAGE } from '../../http/pagination.ts';
import type { Feature } from '../feature.ts';
import { AUDIT_PATH, AuditQuery, listAuditEntries } from './contract.ts';

type Query = Static<typeof AuditQuery>;

/** The log of all changes: a durable consumer of events writes it, and an operation lists it. */
export const audit: Feature = async (app) => {
  app.consumeEvents('audit', ({ first, last }, client) =>
    // The rows of an import are audited, not its progress.
    client.query(
      `INSERT INTO audit_entries (id, action, subject, actor, request_id, occurred_at)
       SELECT position, type, subject, source ->> 0, source ->> 1, occurred_at FROM setlist_events($1, $2)
       WHERE NOT starts_with(type, 'job.')`,
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

/** Selects the entries of a page, and one more if there is a next page. */
function pageOf({ subject, actor, cursor, limit }: Query): Statement {
  const values: unknown[] = [];
  const where: string[] = [];
  if (subject !== undefined) where.push(`subject = $${values.push(subject)}`);
  if (actor !== undefined) where.push(`actor = $${values.push(actor)}`);
  if (cursor !== undefined) where.push(`id < $${values.push(cursor)}`);
  values.push(limit + 1);
  return {
    text: `
      SELECT id, action, subject, actor, request_id AS "requestId", occurred_at AS "occurredAt" FROM audit_entries
      ${where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`} ORDER BY id DESC LIMIT $${values.length}`,
    values,
  };
}
