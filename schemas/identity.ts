import { Type } from '@sinclair/typebox';
import { OneOf, Text } from './fields.ts';
import { model } from './ref.ts';

export const Me = model(
  'Me',
  Type.Object(
    {
      id: Text({
        minLength: 1,
        maxLength: 255,
        description: 'The subject of the token, the name of the API key, or the `X-User-Id` of the request.',
        examples: ['ada'],
      }),
      scopes: Type.Array(Text({ maxLength: 4096, examples: ['songs:read'] }), {
        maxItems: 4096,
        description: 'The scopes of the credential.',
        examples: [['songs:read', 'songs:write']],
      }),
      via: OneOf(['token', 'key', 'header'], {
        description: 'The kind of the credential: an access token, an API key, or the header `X-User-Id`.',
        examples: ['token'],
      }),
    },
    {
      description: 'The caller.',
      examples: [{ id: 'ada', scopes: ['songs:read', 'songs:write'], via: 'token' }],
    },
  ),
);
