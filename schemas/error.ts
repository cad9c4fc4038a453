import { type Static, type StringOptions, Type } from '@sinclair/typebox';
import { Int32 } from './fields.ts';
import { model, ref } from './ref.ts';

/** The longest URL, and so the longest path, that Node.js reads. */
const MAX_PATH = 16_384;

/** One line of text for people. */
const Sentence = (options: StringOptions & { maxLength: number }) =>
  Type.String({ pattern: '^[^\\u0000-\\u001f]+$', ...options });

const code = Type.String({
  pattern: '^[a-z_]+$',
  maxLength: 64,
  description:
    'The stable name of the error, for programs. The examples of each operation show those it sends.',
  examples: ['validation_failed'],
});
const requestId = Type.String({
  pattern: '^[\\w.:-]+$',
  maxLength: 128,
  description: 'The id of the request, the same as in `X-Request-Id`: name it when you report a fault.',
  examples: ['7b1f0f3e-5a0e-4a55-9d3c-2f8b64b0a1c9'],
});
const truncated = Type.Optional(
  Type.Boolean({ description: 'True when there were more failures than are listed.', examples: [true] }),
);

const detailExample = {
  type: 'string_too_short',
  loc: ['body', 'title'],
  msg: 'String should have at least 1 character',
  input: '',
};

export const ErrorDetail = model(
  'ErrorDetail',
  Type.Object(
    {
      type: Type.String({
        pattern: '^[a-z_]+$',
        maxLength: 64,
        description: 'The kind of failure, for programs.',
        examples: [detailExample.type],
      }),
      loc: Type.Array(
        Type.Union([
          // Names come from the request, and JSON allows any character in them.
          Type.String({ pattern: '^[\\s\\S]*$', maxLength: 101, description: 'A name; a long one is cut.' }),
          Int32({ minimum: 0, description: 'An index into an array, or a place in the text of the body.' }),
        ]),
        {
          maxItems: 100,
          description: 'Where it is: `body`, `query`, `path` or `header`, then the way into it.',
          examples: [detailExample.loc],
        },
      ),
      msg: Sentence({
        maxLength: 1000,
        description: 'What is wrong, for people.',
        examples: [detailExample.msg],
      }),
      input: Type.Optional(
        Type.Unknown({
          description: 'The value that was refused; a large one is cut.',
          examples: [detailExample.input],
        }),
      ),
    },
    { description: 'One reason why a request was refused.', examples: [detailExample] },
  ),
);
export type ErrorDetail = Static<typeof ErrorDetail>;

const details = (description: string) =>
  Type.Optional(Type.Array(ref(ErrorDetail), { maxItems: 100, description, examples: [[detailExample]] }));

export const ApiError = model(
  'ApiError',
  Type.Object(
    {
      error: Type.String({
        pattern: '^[A-Za-z]+$',
        maxLength: 64,
        description: 'The family of the error.',
        examples: ['ValidationError'],
      }),
      code,
      message: Sentence({
        maxLength: 200,
        description: 'What happened, for people.',
        examples: ['Request validation failed'],
      }),
      details: details('Each failure; absent when there is nothing more to say.'),
      truncated,
      requestId,
    },
    { description: 'Every error has this shape, unless the client prefers `application/problem+json`.' },
  ),
);
export type ApiError = Static<typeof ApiError>;

export const Problem = model(
  'Problem',
  Type.Object(
    {
      type: Type.String({
        format: 'uri',
        maxLength: 100,
        description: 'The kind of problem, as a URI: `urn:setlist:error:` and the code.',
        examples: ['urn:setlist:error:validation_failed'],
      }),
      title: Sentence({
        maxLength: 200,
        description: 'The kind of problem, for people.',
        examples: ['Request validation failed'],
      }),
      status: Int32({ minimum: 400, maximum: 599, description: 'The HTTP status code.', examples: [422] }),
      detail: Sentence({
        maxLength: 1000,
        description: 'This occurrence, for people: the first failure, where there are any.',
        examples: ['String should have at least 1 character'],
      }),
      instance: Type.String({
        pattern: '^[^?]*$',
        maxLength: MAX_PATH,
        description: 'The path that was asked for.',
        examples: ['/tasks'],
      }),
      code,
      errors: details('Each failure, as in `details` of `ApiError`.'),
      truncated,
      requestId,
    },
    {
      description:
        'The same error as an RFC 9457 problem, for clients that prefer `application/problem+json`.',
    },
  ),
);
export type Problem = Static<typeof Problem>;
