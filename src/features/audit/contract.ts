import { Type } from '@sinclair/typebox';
import type { FastifySchema } from 'fastify';
import { ACTOR, SUBJECT } from '../../../schemas/audit.ts';
import { Text } from '../../../schemas/fields.ts';
import { audit } from '../../../schemas/index.ts';
import { IdCursor, PageLimit } from '../../../schemas/pagination.ts';
import { ref } from '../../../schemas/ref.ts';
import { VERSIONED_BASE } from '../../http/request-target.ts';
import { security } from '../../identity/plugin.ts';
import { errorResponses } from '../../openapi/error-responses.ts';
import { accessErrors, LIST_ERRORS } from '../../openapi/request-errors.ts';
import { jsonResponse, withHeaderExample } from '../../openapi/responses.ts';

export const AUDIT_PATH = '/audit';
const SCOPE = 'audit:read';

export const AuditQuery = Type.Object(
  {
    subject: Type.Optional(Text({ ...SUBJECT, description: 'Only changes of the resource with this path.' })),
    actor: Type.Optional(Text({ ...ACTOR, description: 'Only changes by this caller.' })),
    limit: PageLimit('entries'),
    cursor: Type.Optional(IdCursor()),
  },
  { additionalProperties: false },
);

export const listAuditEntries = {
  tags: ['events'],
  security: security(SCOPE),
  operationId: 'listAuditEntries',
  summary: 'List audit entries',
  description:
    'Returns one page of the changes of all resources, newest first. Each change has one entry, within a second. The `Link` header contains the URL of the next page.',
  querystring: AuditQuery,
  response: {
    200: withHeaderExample(
      jsonResponse('One page of audit entries', ref(audit.list), 'Link'),
      'Link',
      `<${VERSIONED_BASE}${AUDIT_PATH}?limit=20&cursor=42>; rel="next"`,
    ),
    ...errorResponses(...LIST_ERRORS, ...accessErrors(SCOPE)),
  },
} satisfies FastifySchema;
