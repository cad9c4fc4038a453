import { type Static, Type } from '@sinclair/typebox';
import { model, ref } from './ref.ts';

export const ErrorDetail = model(
  'ErrorDetail',
  Type.Object(
    {
      type: Type.String({
        description: 'What kind of failure it is, for programs.',
        examples: ['string_too_short'],
      }),
      loc: Type.Array(Type.Union([Type.String(), Type.Integer()]), {
        description: 'Where it is: `body`, `query`, `path` or `header`, then the way into it.',
        examples: [['body', 'title']],
      }),
      msg: Type.String({
        description: 'What is wrong, for people.',
        examples: ['String should have at least 1 character'],
      }),
      input: Type.Optional(Type.Unknown({ description: 'The value that was refused; a large one is cut.' })),
    },
    { description: 'One reason why a request was refused.' },
  ),
);
export type ErrorDetail = Static<typeof ErrorDetail>;

const requestId = Type.String({
  description: 'The id of the request, the same as in `X-Request-Id`; name it when you report a fault.',
  examples: ['7b1f0f3e-5a0e-4a55-9d3c-2f8b64b0a1c9'],
});
const truncated = Type.Optional(
  Type.Boolean({ description: 'True when there were more failures than are listed.' }),
);

export const ApiError = model(
  'ApiError',
  Type.Object(
    {
      error: Type.String({ description: 'The family of the error.', examples: ['ValidationError'] }),
      code: Type.String({
        description: 'The error’s stable name, for programs.',
        examples: ['validation_failed'],
      }),
      message: Type.String({
        description: 'What happened, for people.',
        examples: ['Request validation failed'],
      }),
      details: Type.Optional(Type.Array(ref(ErrorDetail), { description: 'Each failure.', maxItems: 100 })),
      truncated,
      requestId,
    },
    { description: 'Every error has this shape.' },
  ),
);
export type ApiError = Static<typeof ApiError>;

export const Problem = model(
  'Problem',
  Type.Object(
    {
      type: Type.String({
        description: 'A URI reference that names the kind of problem.',
        examples: ['urn:setlist:error:validation_failed'],
      }),
      title: Type.String({
        description: 'The kind of problem, for people.',
        examples: ['Request validation failed'],
      }),
      status: Type.Integer({ description: 'The HTTP status code.', examples: [422] }),
      detail: Type.String({
        description: 'This occurrence, for people.',
        examples: ['Request validation failed'],
      }),
      instance: Type.String({ description: 'The path that was asked for.', examples: ['/tasks'] }),
      code: Type.String({
        description: 'The error’s stable name, for programs.',
        examples: ['validation_failed'],
      }),
      errors: Type.Optional(Type.Array(ref(ErrorDetail), { description: 'Each failure.', maxItems: 100 })),
      truncated,
      requestId,
    },
    {
      description:
        'The same error as an RFC 9457 problem, for clients that ask for `application/problem+json`.',
    },
  ),
);
export type Problem = Static<typeof Problem>;
