import { ApiError, type ErrorDetail, Problem } from '../../schemas/error.ts';
import { ref } from '../../schemas/ref.ts';
import type { ErrorKind, ErrorStatus } from '../errors/define-error.ts';
import { JSON_MEDIA_TYPE, PROBLEM_MEDIA_TYPE, representError } from '../errors/representation.ts';
import {
  ExpectationFailed,
  HeadersTooLarge,
  InternalError,
  MalformedRequest,
  NotImplemented,
} from '../http/errors.ts';
import type { DeclaredHeader } from '../http/headers.ts';
import type { NamedExample } from './generated-document.ts';
import { withHeaders } from './responses.ts';

/** An occurrence of an error, which is an example in the document. */
export interface Occurrence<Status extends ErrorStatus = ErrorStatus> {
  kind: ErrorKind<Status>;
  /** The name of the example. */
  name: string;
  /** The values of path parameters that differ from their examples. */
  parameters: Readonly<Record<string, string>>;
  details: readonly ErrorDetail[] | undefined;
  /** Whether a client can get it as a problem: not if it does not accept JSON, or `Accept` is unknown. */
  asProblem: boolean;
  /** The headers of this error besides those of its status. */
  headers: readonly DeclaredHeader[];
}

/** Declares an occurrence; its default name is the code in Pascal case, as in `SongNotFound`. */
export const occurrence = <Status extends ErrorStatus>(
  kind: ErrorKind<Status>,
  {
    name = inPascalCase(kind.code),
    parameters = {},
    details,
    asProblem = true,
    headers = [],
  }: Partial<Omit<Occurrence, 'kind'>> = {},
): Occurrence<Status> => ({ kind, name, parameters, details, asProblem, headers });

const inPascalCase = (code: string) =>
  code.replaceAll(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());

// One object each: schema compilers cache by identity, and compile them once instead of a hundred times.
const envelope = ref(ApiError);
const problem = ref(Problem);

/** Examples by name; the finished document contains the path of the request. */
type Examples = Record<string, NamedExample>;

interface ErrorContent {
  schema: object;
  examples: Examples;
}
interface ErrorResponse {
  description: string;
  headers: ReturnType<typeof withHeaders>;
  content: { 'application/json': ErrorContent; [PROBLEM_MEDIA_TYPE]?: ErrorContent };
}

/** The errors of every operation. A request with too large headers fails before its `Accept` is read. */
const EVERYWHERE = [
  occurrence(MalformedRequest),
  occurrence(ExpectationFailed),
  occurrence(HeadersTooLarge, { asProblem: false }),
  occurrence(InternalError),
  occurrence(NotImplemented),
];

/**
 * The error responses of an operation, by status, including the errors of every operation. Each error has an example in
 * both media types, from the code that also represents errors in responses.
 */
export function errorResponses<Status extends ErrorStatus = never>(...occurrences: Occurrence<Status>[]) {
  const byStatus = new Map<number, Occurrence[]>();
  for (const error of [...occurrences, ...EVERYWHERE]) {
    const { status } = error.kind;
    byStatus.set(status, [...(byStatus.get(status) ?? []), error]);
  }
  const responses = [...byStatus].map(([status, errors]) => [status, errorResponse(status, errors)] as const);
  return Object.fromEntries(responses) as Record<Status | 400 | 417 | 431 | 500 | 501, ErrorResponse>;
}

/** The headers of errors, by status, besides those of every response. */
const headersByStatus: Readonly<Record<number, readonly DeclaredHeader[]>> = {
  401: ['WWW-Authenticate'],
  403: ['WWW-Authenticate'],
  415: ['Accept-Encoding'],
  429: ['Retry-After'],
  503: ['Retry-After'],
};

function errorResponse(status: number, errors: readonly Occurrence[]): ErrorResponse {
  const problems = errors.filter(({ asProblem }) => asProblem);
  return {
    description: [...new Set(errors.map(({ kind }) => `${kind.message} (\`${kind.code}\`)`))].join('; '),
    headers: withHeaders(...(headersByStatus[status] ?? []), ...errors.flatMap(({ headers }) => headers)),
    content: {
      'application/json': { schema: envelope, examples: examples(errors, JSON_MEDIA_TYPE) },
      ...(problems.length > 0 && {
        [PROBLEM_MEDIA_TYPE]: { schema: problem, examples: examples(problems, PROBLEM_MEDIA_TYPE) },
      }),
    },
  };
}

const examples = (errors: readonly Occurrence[], accept: string): Examples =>
  Object.fromEntries(
    errors.map(({ kind: Kind, name, parameters, details }) => {
      const error = new Kind(details && { details });
      const { body } = representError(error, { id: EXAMPLE_ID, originalUrl: '', headers: { accept } });
      return [name, { summary: error.message, value: body, 'x-path-parameters': parameters }];
    }),
  );

const EXAMPLE_ID = '7b1f0f3e-5a0e-4a55-9d3c-2f8b64b0a1c9';
