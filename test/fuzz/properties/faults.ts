// Services with known faults: the real one, with changed requests or responses.
import type { HttpResponse } from '../../support/contract.ts';
import type { FuzzRequest } from './requests.ts';

/** Sends a request to a service. */
export type Send = (request: FuzzRequest) => Promise<HttpResponse>;

/** The request with a changed body, if it has one that is JSON. */
function withBody(request: FuzzRequest, change: (body: Record<string, unknown>) => unknown): FuzzRequest {
  try {
    const body = JSON.parse(String(request.payload));
    if (typeof body !== 'object' || body === null || Array.isArray(body)) return request;
    return { ...request, payload: JSON.stringify(change(body)) };
  } catch {
    return request;
  }
}

const withResponse = (
  response: HttpResponse,
  change: (body: Record<string, unknown>) => unknown,
): HttpResponse => ({
  ...response,
  text: response.text === '' ? '' : JSON.stringify(change(JSON.parse(response.text))),
});

const failure: Pick<HttpResponse, 'status' | 'text'> = {
  status: 422,
  text: '{"error":"ValidationError","code":"validation_failed","message":"No","requestId":"x"}',
};

/** A fault, the operation that shows it, the rules that find it, and the faulty service. */
type Fault = [fault: string, operation: string, found: RegExp, send: Send];

/** The given service with one fault at a time. */
export const faultsOf = (service: Send): Fault[] => [
  [
    'accepts an unknown member',
    'createTask',
    /^body has an unknown member$/,
    (request) => service(withBody(request, ({ title, description, done }) => ({ title, description, done }))),
  ],
  [
    'drops unknown query parameters',
    'listSongs',
    /unknown parameter/,
    (request) => service({ ...request, url: keepKnown(request.url) }),
  ],
  [
    'uses the last of two equal parameters',
    'listTasks',
    /is repeated$/,
    (request) => service({ ...request, url: lastOfEach(request.url) }),
  ],
  [
    'coerces bodies',
    'createSong',
    /^body year is not of type integer$/,
    (request) =>
      service(
        withBody(request, (body) => ('year' in body ? { ...body, year: Number(body.year) || null } : body)),
      ),
  ],
  [
    'counts in UTF-16',
    'createTask',
    /^valid$/,
    async (request) => {
      const response = await service(request);
      const isLong = response.status === 201 && JSON.parse(String(request.payload)).title.length > 200;
      return isLong ? { ...response, ...failure } : response;
    },
  ],
  [
    'fails for one character',
    'listTasks',
    /^valid$/,
    async (request) => {
      const response = await service(request);
      return /%E2%80%A8/i.test(request.url) ? { ...response, ...failure, status: 500 } : response;
    },
  ],
  [
    'trims text',
    'replaceTask',
    /^valid$/,
    (request) =>
      service(
        withBody(request, (body) =>
          typeof body.title === 'string' ? { ...body, title: body.title.trim() || body.title } : body,
        ),
      ),
  ],
  [
    'turns null into a text',
    'getSong',
    /^valid$/,
    async (request) =>
      withResponse(await service(request), (body) =>
        body.year === null ? { ...body, year: 'unknown' } : body,
      ),
  ],
  [
    'sends an undeclared header',
    'getTask',
    /^valid$/,
    async (request) => {
      const response = await service(request);
      return { ...response, headers: { ...response.headers, 'x-powered-by': 'x' } };
    },
  ],
  [
    'sends an undeclared status',
    'deleteTask',
    /^valid$/,
    async (request) => {
      const response = await service(request);
      return response.status === 404 ? { ...response, status: 410 } : response;
    },
  ],
  [
    'sends an undeclared content type',
    'listSongs',
    /^valid$/,
    async (request) => {
      const response = await service(request);
      return { ...response, headers: { ...response.headers, 'content-type': 'text/plain' } };
    },
  ],
  [
    'ignores preconditions',
    'updateTask',
    /^valid$/,
    ({ headers: { 'if-match': _, ...headers }, ...request }) => service({ ...request, headers }),
  ],
  [
    'accepts any charset',
    'createSong',
    /^the media type is unsupported$/,
    ({ headers, ...request }) =>
      service({
        ...request,
        headers: headers['content-type'] ? { ...headers, 'content-type': 'application/json' } : headers,
      }),
  ],
  [
    'reports a wrong location',
    'createTask',
    /^body title is too long$/,
    async (request) =>
      withResponse(await service(request), ({ details, ...body }) => ({
        ...body,
        ...(Array.isArray(details) && { details: details.map((detail) => ({ ...detail, loc: ['body'] })) }),
      })),
  ],
  [
    'reports another type of failure',
    'listTasks',
    /is too large$/,
    async (request) => {
      const response = await service(request);
      return { ...response, text: response.text.replaceAll('less_than_equal', 'value_error') };
    },
  ],
  [
    'repairs invalid text',
    'createTask',
    /contains half a character$|not UTF-8$/,
    (request) => service(withBody(request, (body) => JSON.parse(JSON.stringify(body, wellFormed)))),
  ],
];

const wellFormed = (_: string, value: unknown) => (typeof value === 'string' ? value.toWellFormed() : value);

function keepKnown(url: string): string {
  const [path, query = ''] = url.split('?');
  const known = ['song', 'artist', 'year', 'q', 'sort', 'limit', 'cursor', 'count'];
  const pairs = [...new URLSearchParams(query)].filter(([name]) => known.includes(name));
  return `${path}?${new URLSearchParams(pairs)}`;
}

function lastOfEach(url: string): string {
  const [path, query = ''] = url.split('?');
  return `${path}?${new URLSearchParams([...new Map(new URLSearchParams(query))])}`;
}
