import { type TProperties, Type } from '@sinclair/typebox';
import type { FastifySchema } from 'fastify';
import { MAX_INTEGER, Text } from '../../schemas/fields.ts';
import { job } from '../../schemas/job.ts';
import { ref } from '../../schemas/ref.ts';
import type { AnyResource } from '../../schemas/resource.ts';
import { defineError } from '../errors/define-error.ts';
import { IdempotencyHeaders, IdempotencyKeyReused } from '../http/idempotency.ts';
import { VERSIONED_BASE } from '../http/request-target.ts';
import { NoQuery } from '../http/requests.ts';
import { security } from '../identity/plugin.ts';
import { errorResponses, occurrence } from '../openapi/error-responses.ts';
import { accessErrors, LIST_ERRORS, STREAM_ERRORS } from '../openapi/request-errors.ts';
import { jsonResponse, withHeaderExample, withHeaders } from '../openapi/responses.ts';
import { ValidationFailed } from '../validation/plugin.ts';
import { csvHeader, csvRows } from './csv.ts';
import { exportedFields } from './exporter.ts';

export const ImportRunning = defineError(
  'import_running',
  409,
  'The import with this Idempotency-Key is running',
);

/** The failure of a body that cannot be imported beyond a line. */
export const malformedBody = (code: string, line: number, msg: string) => ({
  type: code,
  loc: ['body', line],
  msg,
});

const NDJSON = 'application/x-ndjson';

/** Lines, as a text: clients do not parse them by their schema. */
export const linesIn = (example: string, description: string) => ({
  schema: Text({ maxLength: MAX_INTEGER, description, examples: [example] }),
  example,
});

/** The contracts of the export and the import of a resource. */
export function transferContractOf(resource: AnyResource) {
  const { names, fields, stamps, schemas, examples } = resource;
  const { one, many, models, model, code, scopes, path } = names;
  const { limit: _, cursor: __, count: ___, ...filters } = schemas.query.properties as TProperties;
  const rows = examples.rows.slice(0, 2);
  const columns = exportedFields({ fields, stamps });
  const lines = (items: readonly object[]) => items.map((item) => `${JSON.stringify(item)}\n`).join('');
  const created = Object.keys(fields);
  const failure = {
    type: 'failure',
    line: 3,
    code: 'validation_failed',
    message: 'Validation failed',
    details: [{ type: 'missing', loc: ['body', created[0] ?? ''], msg: 'Field required' }],
  };
  const summary = { type: 'summary', job: { ...job.examples.stored, resource: code, state: 'succeeded' } };

  return {
    export: {
      tags: [many],
      security: security(scopes.read),
      operationId: `export${models}`,
      summary: `Export ${many}`,
      description: `Streams all ${many} that match the filters, as CSV or as one JSON object per line. A transfer that breaks is incomplete. In CSV, null is empty and an empty text is \`""\`; a text that a spreadsheet could evaluate as a formula begins with an apostrophe, which an import removes.`,
      querystring: Type.Object(filters, { additionalProperties: false }),
      response: {
        200: {
          description: `All ${many}`,
          headers: withHeaders('Content-Disposition'),
          content: {
            'text/csv': linesIn(csvHeader(columns) + csvRows(columns, rows), `The ${many}, with a header.`),
            [NDJSON]: linesIn(lines(rows), `One ${one} per line.`),
          },
        },
        ...errorResponses(...LIST_ERRORS, ...accessErrors(scopes.read)),
      },
    },
    import: {
      tags: [many],
      security: security(scopes.write),
      operationId: `import${models}`,
      summary: `Import ${many}`,
      description: `Creates one ${one} per record of CSV or line of JSON. Each valid line is imported, also if others fail. Columns of an export that only the service sets are ignored.

The response has one JSON object per line: a \`failure\` for each line that was not imported, and a \`summary\` at the end; with \`Accept: application/json\` it is the job without the failures. A request that breaks can be repeated with the same \`Idempotency-Key\` and body: it continues after the last line that was imported.

With \`Prefer: respond-async\` the response is 202 as soon as the body is received, and the job shows the progress of the import; its changes are also events.`,
      querystring: NoQuery,
      headers: Type.Object({
        ...IdempotencyHeaders.properties,
        Prefer: Type.Optional(
          Type.String({
            pattern: '^[ -~]*$',
            maxLength: 200,
            description:
              '`respond-async`: the import runs after the response (RFC 7240). Others are ignored.',
            examples: ['respond-async'],
          }),
        ),
      }),
      body: {
        content: {
          'text/csv': linesIn(
            csvHeader(created) + csvRows(created, [examples.create]),
            'UTF-8, with a header that names the fields.',
          ),
          [NDJSON]: linesIn(lines([examples.create]), `One \`${model}Create\` per line, in UTF-8.`),
        },
      },
      response: {
        200: {
          description: 'The lines are processed',
          headers: withHeaders('Idempotency-Replayed'),
          content: {
            [NDJSON]: linesIn(lines([failure, summary]), 'The failures, and a summary.'),
            'application/json': { schema: ref(job.schemas.item) },
          },
        },
        202: withHeaderExample(
          jsonResponse(
            'The body is received; the import is waiting',
            ref(job.schemas.item),
            'Location',
            'Preference-Applied',
            'Idempotency-Replayed',
          ),
          'Location',
          `${VERSIONED_BASE}${job.names.path}/1`,
        ),
        ...errorResponses(
          ...STREAM_ERRORS,
          ...accessErrors(scopes.write),
          occurrence(ImportRunning),
          occurrence(IdempotencyKeyReused),
          occurrence(ValidationFailed, {
            name: 'MalformedImport',
            details: [malformedBody('malformed_csv', 1, 'The column "titel" is unknown')],
          }),
        ),
      },
    },
    paths: { export: `${path}/export`, import: `${path}/import` },
  } satisfies { export: FastifySchema; import: FastifySchema; paths: object };
}
