import { Type } from '@sinclair/typebox';
import type { FastifySchema } from 'fastify';
import type { ErrorDetail } from '../../schemas/error.ts';
import { Identifier } from '../../schemas/fields.ts';
import { ref } from '../../schemas/ref.ts';
import type { AnyResource } from '../../schemas/resource.ts';
import type { ErrorKind } from '../errors/define-error.ts';
import { ReadPreconditions, WritePreconditions } from '../http/conditional-requests.ts';
import { IdempotencyHeaders, IdempotencyKeyReused } from '../http/idempotency.ts';
import { VERSIONED_BASE } from '../http/request-target.ts';
import { MERGE_PATCH_DOCS, NoQuery, PATCH_TYPES } from '../http/requests.ts';
import { security } from '../identity/plugin.ts';
import { errorResponses, type Occurrence, occurrence } from '../openapi/error-responses.ts';
import { links } from '../openapi/links.ts';
import {
  accessErrors,
  BODY_ERRORS,
  LIST_ERRORS,
  PATCH_ERRORS,
  PUT_ERRORS,
  preconditionFailed,
  RESOURCE_ERRORS,
} from '../openapi/request-errors.ts';
import { emptyResponse, jsonResponse, withExample, withHeaderExample } from '../openapi/responses.ts';
import { ValidationFailed } from '../validation/plugin.ts';
import { RequestValidators } from '../validation/request-validators.ts';
import { encodeCursor } from './cursor.ts';

/** The errors of a resource. */
export interface ResourceErrors {
  notFound: ErrorKind<404>;
  /** The error of a create or write that conflicts with other rows. */
  conflict?: ErrorKind<409>;
}

/** The path parameters of one row. */
export const rowParams = (one: string) => Type.Object({ id: Identifier(`The id of the ${one}.`) });

/** The contracts of the six operations of a resource. A feature may replace each of them, and each member. */
export function contractOf(resource: AnyResource, { notFound, conflict }: ResourceErrors) {
  const { names, texts, schemas, examples, envelope, unique, sortKeys } = resource;
  const { one, many, a, model, models } = names;
  const { scopes } = names;
  const reads = { tags: [many], security: security(scopes.read) };
  const writes = { tags: [many], security: security(scopes.write) };
  const single = { params: rowParams(one), querystring: NoQuery };
  const base = VERSIONED_BASE + names.path;
  const example = (row: object) => (envelope === undefined ? row : { [envelope]: row });

  const missing = occurrence(notFound, { parameters: { id: '404' } });
  const createConflict = conflict === undefined ? [] : [occurrence(conflict)];
  // A write can only violate a unique constraint.
  const writeConflict = unique.length === 0 ? [] : createConflict;
  const invalid = occurrence(ValidationFailed, {
    name: `Invalid${model}`,
    details: invalidBody(resource),
  });
  const written = (row: object, bodyErrors: readonly Occurrence[]) => ({
    200: withExample(jsonResponse(`The updated ${one}`, ref(schemas.written), 'ETag'), example(row)),
    ...errorResponses(
      ...bodyErrors,
      ...accessErrors(scopes.write),
      invalid,
      missing,
      ...writeConflict,
      preconditionFailed,
    ),
  });

  return {
    list: {
      ...reads,
      operationId: `list${models}`,
      summary: `List ${many}`,
      description: `Returns one page of the ${many} that match all filters. The \`Link\` header contains the URL of the next page.`,
      querystring: schemas.query,
      response: {
        200: withHeaderExample(
          jsonResponse(`One page of ${many}`, ref(schemas.list), 'Link', 'X-Total-Count'),
          'Link',
          `<${base}?limit=20&cursor=${encodeCursor(sortKeys, examples.stored)}>; rel="next"`,
        ),
        ...errorResponses(...LIST_ERRORS, ...accessErrors(scopes.read)),
      },
    },
    create: {
      ...writes,
      operationId: `create${model}`,
      summary: `Create ${a}`,
      description: texts.create,
      querystring: NoQuery,
      headers: IdempotencyHeaders,
      body: ref(schemas.create),
      response: {
        201: withHeaderExample(
          jsonResponse(
            `The created ${one}`,
            ref(schemas.written),
            'Location',
            'ETag',
            'Idempotency-Replayed',
          ),
          'Location',
          `${base}/${examples.created.id}`,
        ),
        ...errorResponses(
          ...BODY_ERRORS,
          ...accessErrors(scopes.write),
          invalid,
          occurrence(IdempotencyKeyReused),
          ...createConflict.map((conflict) => ({ ...conflict, headers: ['Idempotency-Replayed' as const] })),
          preconditionFailed,
        ),
      },
    },
    get: {
      ...reads,
      ...single,
      operationId: `get${model}`,
      summary: `Get ${a}`,
      description: `Returns the current state of ${a}.`,
      headers: ReadPreconditions,
      response: {
        200: jsonResponse(`The ${one}`, ref(schemas.item), 'ETag'),
        304: emptyResponse('The client already has this version', 'ETag'),
        ...errorResponses(...RESOURCE_ERRORS, ...accessErrors(scopes.read), missing, preconditionFailed),
      },
    },
    replace: {
      ...writes,
      ...single,
      operationId: `replace${model}`,
      summary: `Replace ${a}`,
      description: `Replaces all fields of ${a}. Optional fields that are absent get their default values.`,
      headers: WritePreconditions,
      body: ref(schemas.create),
      'x-request-example': examples.replace,
      response: written(examples.stored, PUT_ERRORS),
    },
    update: {
      ...writes,
      ...single,
      operationId: `update${model}`,
      summary: `Update ${a}`,
      description: 'Changes the fields in the JSON Merge Patch (RFC 7396). Absent fields do not change.',
      externalDocs: MERGE_PATCH_DOCS,
      headers: WritePreconditions,
      consumes: PATCH_TYPES,
      body: ref(schemas.update),
      response: written(examples.updated, PATCH_ERRORS),
    },
    delete: {
      ...writes,
      ...single,
      operationId: `delete${model}`,
      summary: `Delete ${a}`,
      description: `Deletes ${a} permanently. Its id is never reused.`,
      headers: WritePreconditions,
      response: {
        204: emptyResponse(`The ${one} was deleted`),
        ...errorResponses(...RESOURCE_ERRORS, ...accessErrors(scopes.write), missing, preconditionFailed),
      },
    },
  } satisfies Record<string, FastifySchema>;
}

/** The operations of a resource. */
export type Contract = ReturnType<typeof contractOf>;

/** The links from responses to further operations, by operation and status. */
export function linksOf({ get, replace, update, delete: remove }: Contract, { envelope }: AnyResource) {
  const createdId =
    envelope === undefined ? '$response.body#/id' : (`$response.body#/${envelope}/id` as const);
  return {
    list: { 200: links('$response.body#/0/id', get) },
    create: { 201: links(createdId, get, replace, update, remove) },
    get: { 200: links('$request.path.id', replace, update, remove) },
    write: { 200: links('$request.path.id', get, replace, update, remove) },
  };
}

/** The failures of an example body with an empty text, and a number or boolean of the wrong type. */
function invalidBody({ fields, schemas: { create }, examples }: AnyResource): readonly ErrorDetail[] {
  const declared = Object.entries(fields);
  const empty = declared.find(([, { valueSchema }]) => valueSchema.minLength >= 1)?.[0];
  const number = declared.find(([, { kind }]) => kind === 'integer' || kind === 'number')?.[0];
  const boolean = declared.find(([, { kind }]) => kind === 'boolean')?.[0];
  const wrong = {
    ...(empty && { [empty]: '' }),
    ...(number ? { [number]: String(examples.create[number] ?? 1) } : boolean && { [boolean]: 'yes' }),
  };
  // No field accepts an array.
  const body = {
    ...examples.create,
    ...(Object.keys(wrong).length > 0 ? wrong : { [declared[0]?.[0] ?? '']: [] }),
  };
  const values = { params: undefined, querystring: undefined, headers: undefined, body };
  return new RequestValidators([create]).failures({ body: create }, values).details;
}
