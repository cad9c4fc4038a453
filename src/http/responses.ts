import { type TSchema, Type } from '@sinclair/typebox';
import { ApiError, Problem } from '../../schemas/error.ts';
import { ref } from '../../schemas/ref.ts';
import { catalogue, type ErrorCode } from '../errors/catalogue.ts';

const headers = {
  'X-Request-Id': Type.String({ description: 'The id of the request: the client’s own, or a new one.' }),
  'X-Process-Time': Type.String({
    pattern: '^[0-9]+\\.[0-9]{4}$',
    description: 'How long the service took, in seconds.',
    examples: ['0.0012'],
  }),
  ETag: Type.String({ description: 'The version of the resource, for `If-Match` and `If-None-Match`.' }),
  Location: Type.String({ description: 'The path of the new resource.' }),
  Link: Type.String({ description: 'The next page, `rel="next"` (RFC 8288); absent on the last one.' }),
  'X-Total-Count': Type.Integer({ minimum: 0, description: 'How many rows match; only with `count=true`.' }),
  'Retry-After': Type.Integer({ minimum: 0, description: 'In how many seconds to try again.' }),
};

type HeaderName = Exclude<keyof typeof headers, 'X-Request-Id' | 'X-Process-Time'>;

const withHeaders = (...names: HeaderName[]) =>
  Object.fromEntries(
    (['X-Request-Id', 'X-Process-Time', ...names] as const).map((name) => [name, headers[name]] as const),
  );

/** An answer with a JSON body, and the headers that it has beside those of every answer. */
export const answer = <Body extends TSchema>(description: string, body: Body, ...names: HeaderName[]) => ({
  description,
  headers: withHeaders(...names),
  content: { 'application/json': { schema: body } },
});

/** An answer without a body. */
export const emptyAnswer = (description: string, ...names: HeaderName[]) => ({
  ...Type.Null({ description }),
  headers: withHeaders(...names),
});

const errorContent = {
  'application/json': { schema: ref(ApiError) },
  'application/problem+json': { schema: ref(Problem) },
};

type ErrorStatus<Code extends ErrorCode> = (typeof catalogue)[Code]['status'];
interface ErrorAnswer {
  description: string;
  headers: Record<string, TSchema>;
  content: typeof errorContent;
}

/** The answers of the errors that an operation can send, by status, the internal error included. */
export function errorAnswers<Code extends ErrorCode>(...codes: Code[]) {
  const answers: Partial<Record<number, ErrorAnswer>> = {};
  for (const code of [...codes, 'internal_error'] as const) {
    const { status, message } = catalogue[code];
    const others = answers[status]?.description;
    answers[status] = {
      description: `${others ? `${others}; ` : ''}${message} (\`${code}\`)`,
      headers: withHeaders(...(status === 503 ? (['Retry-After'] as const) : [])),
      content: errorContent,
    };
  }
  return answers as Record<ErrorStatus<Code> | 500, ErrorAnswer>;
}

/** The errors of every operation on a resource. */
export const RESOURCE_ERRORS = [
  'malformed_request',
  'not_acceptable',
  'validation_failed',
  'unavailable',
] as const;

/** The errors of every operation that reads a body, beside those. */
export const BODY_ERRORS = ['malformed_json', 'body_too_large', 'unsupported_media_type'] as const;
