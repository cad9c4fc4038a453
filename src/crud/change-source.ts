import type { FastifyRequest } from 'fastify';

/** The source of a change, for its event: the caller, null without authentication, and the id of its request, as JSON. */
export const sourceOf = ({ principal, id }: FastifyRequest): string =>
  JSON.stringify([principal?.owner ?? null, id]);

/** The sources of the rows of a statement, in order, as JSON. */
export const sourcesInOrder = (changes: readonly { source?: string | undefined }[]): string =>
  `[${changes.map(({ source = 'null' }) => source).join()}]`;

/** The sources of changes to different rows of a table, by its name and their id, as JSON. */
export const sourcesById = (
  table: string,
  changes: readonly { id: number; source?: string | undefined }[],
): string => `{"${table}":{${changes.map(({ id, source = 'null' }) => `"${id}":${source}`).join()}}}`;

/**
 * The SQL that names the sources of the rows of a statement to the triggers that record changes (migration 007): a common table
 * expression `sources`. A CTE that reads the rows to write must also read it: PostgreSQL skips others.
 *
 * @param sources An expression of the type text: {@link sourcesById}.
 */
export const sourcesText = (sources: string): string =>
  `sources AS MATERIALIZED (SELECT set_config('setlist.sources', ${sources}, true) AS source_)`;

/**
 * The same for inserted rows.
 *
 * @param rows The CTE with the rows: their ids are `id_`, their places from 1 `place_`.
 * @param parameter The parameter with {@link sourcesInOrder}.
 */
export const insertedSourcesText = (table: string, rows: string, parameter: string): string =>
  sourcesText(
    `(SELECT jsonb_build_object('${table}', jsonb_object_agg(id_, ${parameter}::jsonb -> (place_ - 1)::integer))::text FROM ${rows})`,
  );

/** The next id of a table. The name of the sequence is looked up once per statement. */
export const nextId = (table: string): string =>
  `nextval((SELECT pg_get_serial_sequence('${table}', 'id')::regclass))::integer`;
