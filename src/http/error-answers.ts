import { ApiError, type ErrorDetail, Problem } from '../../schemas/error.ts';
import { ref } from '../../schemas/ref.ts';
import { catalogue, type ErrorCode } from '../errors/catalogue.ts';
import { PROBLEM_MEDIA_TYPE, representError } from '../errors/representation.ts';
import { ServiceError } from '../errors/service-error.ts';
import { withHeaders } from './response-headers.ts';

/** One way in which an error of the catalogue happens: what the document shows as its example. */
export interface Occurrence<Code extends ErrorCode = ErrorCode> {
  code: Code;
  /** The name of the example. */
  name: string;
  /** The path of the request that failed. */
  path: string;
  details: readonly ErrorDetail[] | undefined;
}

/** Describes an occurrence; by default it is named after its code, as `SongNotFound` for `song_not_found`. */
export const occurrence = <Code extends ErrorCode>(
  code: Code,
  { name = inPascalCase(code), path = '/songs', details }: Partial<Omit<Occurrence, 'code'>> = {},
): Occurrence<Code> => ({ code, name, path, details });

const inPascalCase = (code: string) =>
  code.replaceAll(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());

// One object each: what compiles schemas knows them again, and does so once instead of a hundred times.
const envelope = ref(ApiError);
const problem = ref(Problem);

type ErrorStatus<Code extends ErrorCode> = (typeof catalogue)[Code]['status'];
type Examples = Record<string, { summary: string; value: unknown }>;

interface ErrorAnswer {
  description: string;
  headers: ReturnType<typeof withHeaders>;
  content: Record<'application/json' | typeof PROBLEM_MEDIA_TYPE, { schema: object; examples: Examples }>;
}

/**
 * The answers of the errors that an operation can send, by status, the internal error included. Each error has its
 * example, in both media types, made by what makes the answers themselves.
 */
export function errorAnswers<Code extends ErrorCode>(...occurrences: Occurrence<Code>[]) {
  const answers: Partial<Record<number, ErrorAnswer>> = {};
  for (const error of [...occurrences, occurrence('internal_error')]) {
    const { status, message } = catalogue[error.code];
    const others = answers[status];
    answers[status] = {
      description: `${others ? `${others.description}; ` : ''}${message} (\`${error.code}\`)`,
      headers: withHeaders(...(status === 503 ? (['Retry-After'] as const) : [])),
      content: {
        'application/json': {
          schema: envelope,
          examples: { ...others?.content['application/json'].examples, ...example(error, undefined) },
        },
        [PROBLEM_MEDIA_TYPE]: {
          schema: problem,
          examples: {
            ...others?.content[PROBLEM_MEDIA_TYPE].examples,
            ...example(error, PROBLEM_MEDIA_TYPE),
          },
        },
      },
    };
  }
  return answers as Record<ErrorStatus<Code> | 500, ErrorAnswer>;
}

function example({ code, name, path, details }: Occurrence, accept: string | undefined): Examples {
  const error = new ServiceError(code, details && { details });
  const { body } = representError(error, { id: EXAMPLE_ID, originalUrl: path, accept });
  return { [name]: { summary: error.message, value: body } };
}

const EXAMPLE_ID = '7b1f0f3e-5a0e-4a55-9d3c-2f8b64b0a1c9';
