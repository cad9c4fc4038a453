import { type Static, Type } from '@sinclair/typebox';
import type { FastifyRequest, FastifySchema } from 'fastify';
import { Text } from '../../../schemas/fields.ts';
import { Me } from '../../../schemas/identity.ts';
import { ref } from '../../../schemas/ref.ts';
import { defineError } from '../../errors/define-error.ts';
import { dependency } from '../../http/dependencies.ts';
import { NoQuery } from '../../http/requests.ts';
import { security } from '../../identity/plugin.ts';
import { errorResponses, occurrence } from '../../openapi/error-responses.ts';
import { accessErrors, LIST_ERRORS } from '../../openapi/request-errors.ts';
import { jsonResponse } from '../../openapi/responses.ts';
import type { Feature } from '../feature.ts';

export const MissingUserId = defineError('missing_user_id', 401, 'missing X-User-Id');

export const getMe = {
  tags: ['identity'],
  security: security(),
  operationId: 'getMe',
  summary: 'Get the caller',
  description:
    'Returns the caller of the request: the owner of its credential. If authentication is off, the header `X-User-Id` names the caller.',
  querystring: NoQuery,
  'x-prefilled': ['x-user-id'],
  headers: Type.Object({
    'x-user-id': Type.Optional(
      Text({
        maxLength: 255,
        description: 'The id of the caller, if authentication is off; ignored otherwise.',
        examples: ['ada'],
      }),
    ),
  }),
  response: {
    200: jsonResponse('The caller', ref(Me)),
    ...errorResponses(...LIST_ERRORS, ...accessErrors(), occurrence(MissingUserId)),
  },
} satisfies FastifySchema;

type User = Static<typeof Me>;

/** The setting that decides who the caller is. */
export const settings = dependency('settings', (_use, { server }) => ({ isAuthOn: server.isAuthOn }));

/** Where callers are found: credentials that were verified, or a header that everyone can send. */
export const users = dependency('users', (use, request) => {
  const { isAuthOn } = use(settings);
  return { find: isAuthOn ? () => userOfCredential(request) : () => userOfHeader(request) };
});

/** The caller of the request. */
export const currentUser = dependency('currentUser', async (use): Promise<User> => {
  const user = use(users).find();
  if (!user) throw new MissingUserId();
  return user;
});

/** The callers of the API. */
export const identity: Feature = async (app) => {
  app.get('/me', { schema: getMe }, (request) => request.use(currentUser));
};

const userOfCredential = ({ principal }: FastifyRequest): User | undefined =>
  principal ? { id: principal.id, scopes: [...principal.scopes], via: principal.via } : undefined;

const userOfHeader = ({ headers: { 'x-user-id': id } }: FastifyRequest): User | undefined =>
  typeof id === 'string' && id !== '' ? { id, scopes: [], via: 'header' } : undefined;
