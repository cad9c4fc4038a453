import { type Static, type StringOptions, Type } from '@sinclair/typebox';
import { Int32 } from './fields.ts';
import { model, ref } from './ref.ts';

/** The longest URL that Node.js accepts, and therefore the longest path. */
const MAX_PATH = 16_384;

/** One line of human-readable text. */
const Sentence = (options: StringOptions & { maxLength: number }) =>
  Type.String({ pattern: '^[^\\u0000-\\u001f]+$', ...options });

const code = Type.String({
  pattern: '^[a-z_]+$',
  maxLength: 64,
  description:
    'The stable, machine-readable code of the error. The examples of each operation show its codes.',
  examples: ['validation_failed'],
});
const requestId = Type.String({
  pattern: '^[\\w.:-]+$',
  maxLength: 128,
  description: 'The id of the request, as in `X-Request-Id`. Include it in bug reports.',
  examples: ['7b1f0f3e-5a0e-4a55-9d3c-2f8b64b0a1c9'],
});
const truncated = Type.Optional(
  Type.Boolean({ description: 'True if there are more failures than the list contains.', examples: [true] }),
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
        description: 'The machine-readable kind of failure.',
        examples: [detailExample.type],
      }),
      loc: Type.Array(
        Type.Union([
          // oasdiff reports a changed description of a member as a breaking change.
          // Names come from the request, and JSON allows any character in them.
          Type.String({
            pattern: '^[\\s\\S]*$',
            maxLength: 101,
            description: 'A name; a long one is cut.',
          }),
          Int32({ minimum: 0, description: 'An index into an array, or a place in the text of the body.' }),
        ]),
        {
          maxItems: 100,
          description:
            'The location: `body`, `query`, `path` or `header`, then the names and indexes that lead to the value.',
          examples: [detailExample.loc],
        },
      ),
      msg: Sentence({
        maxLength: 1000,
        description: 'A human-readable description of the failure.',
        examples: [detailExample.msg],
      }),
      input: Type.Optional(
        Type.Unknown({
          description: 'The rejected value. Large values are truncated.',
          examples: [detailExample.input],
        }),
      ),
    },
    { description: 'One reason for the error.', examples: [detailExample] },
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
        description: 'The class of the error, one per HTTP status code.',
        examples: ['ValidationError'],
      }),
      code,
      message: Sentence({
        maxLength: 200,
        description: 'A human-readable description of the error.',
        examples: ['Request validation failed'],
      }),
      details: details('The reasons for the error; absent if there are no details.'),
      truncated,
      requestId,
    },
    {
      description: 'The body of every error response, unless the client prefers `application/problem+json`.',
    },
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
        description: 'The type of the problem, a URI: `urn:setlist:error:` followed by the code.',
        examples: ['urn:setlist:error:validation_failed'],
      }),
      title: Sentence({
        maxLength: 200,
        description: 'A human-readable description of the type.',
        examples: ['Request validation failed'],
      }),
      status: Int32({ minimum: 400, maximum: 599, description: 'The HTTP status code.', examples: [422] }),
      detail: Sentence({
        maxLength: 1000,
        description: 'A human-readable description of this occurrence: the first failure, if there is one.',
        examples: ['String should have at least 1 character'],
      }),
      instance: Type.String({
        pattern: '^[^?]*$',
        maxLength: MAX_PATH,
        description: 'The path of the request.',
        examples: ['/tasks'],
      }),
      code,
      errors: details('The reasons for the error, as in `details` of `ApiError`.'),
      truncated,
      requestId,
    },
    {
      description:
        'The same error as a problem (RFC 9457), for clients that prefer `application/problem+json`.',
    },
  ),
);
export type Problem = Static<typeof Problem>;
