// What the campaign finds, tried on the service with one fault at a time, put between the two.
import { readFileSync } from 'node:fs';
import t from 'tap';
import type { Answer } from '../../support/contract.ts';
import { startService } from '../../support/service.ts';
import { type CampaignResult, runCampaign } from './campaign.ts';
import { inProcess } from './in-process.ts';
import type { FuzzRequest } from './requests.ts';

type Send = (request: FuzzRequest) => Promise<Answer>;

const { app } = await startService(t, { MAX_TASKS: '0' });
const service = inProcess(app);
const committed = readFileSync('openapi.json', 'utf8');

function campaign(send: Send, operations?: string[], text = committed): Promise<CampaignResult> {
  return runCampaign({
    document: JSON.parse(text),
    send,
    seed: 1,
    examples: operations ? 60 : 6,
    bodyLimit: 16_384,
    ...(operations && { operations }),
  });
}

/** The request with another body, where it has one that can be read. */
function withBody(request: FuzzRequest, change: (body: Record<string, unknown>) => unknown): FuzzRequest {
  try {
    const body = JSON.parse(String(request.payload));
    if (typeof body !== 'object' || body === null || Array.isArray(body)) return request;
    return { ...request, payload: JSON.stringify(change(body)) };
  } catch {
    return request;
  }
}

const withAnswer = (answer: Answer, change: (body: Record<string, unknown>) => unknown): Answer => ({
  ...answer,
  text: answer.text === '' ? '' : JSON.stringify(change(JSON.parse(answer.text))),
});

const failure: Pick<Answer, 'status' | 'text'> = {
  status: 422,
  text: '{"error":"ValidationError","code":"validation_failed","message":"No","requestId":"x"}',
};

t.test('nothing is found where there is nothing to find', async (t) => {
  const { findings, requests, properties, statuses } = await campaign(service);
  t.same(findings, []);
  t.ok(requests > 300 && properties > 200);
  for (const status of [200, 201, 204, 304, 400, 404, 405, 406, 412, 413, 415, 422]) {
    t.ok(statuses.has(status), `${status} was seen`);
  }
});

t.test('the same seed sends the same requests', async (t) => {
  const sent = async () => {
    const urls: string[] = [];
    const send: Send = async (request) => {
      urls.push(`${request.method} ${request.url} ${request.payload}`);
      return service(request);
    };
    await campaign(send, ['listSongs', 'createTask']);
    return urls;
  };
  t.same(await sent(), await sent());
});

/** Faults of a service, the operation that shows them, and the rules that they may be found by. */
const faults: [fault: string, operation: string, found: RegExp, send: Send][] = [
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
    'takes the last of two equal parameters',
    'listTasks',
    /is there twice/,
    (request) => service({ ...request, url: lastOfEach(request.url) }),
  ],
  [
    'coerces bodies',
    'createSong',
    /^body year is no integer$/,
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
      const answer = await service(request);
      const isLong = answer.status === 201 && JSON.parse(String(request.payload)).title.length > 200;
      return isLong ? { ...answer, ...failure } : answer;
    },
  ],
  [
    'fails on a character',
    'listTasks',
    /^valid$/,
    async (request) => {
      const answer = await service(request);
      return /%E2%80%A8/i.test(request.url) ? { ...answer, ...failure, status: 500 } : answer;
    },
  ],
  [
    'trims what it stores',
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
      withAnswer(await service(request), (body) =>
        body.year === null ? { ...body, year: 'unknown' } : body,
      ),
  ],
  [
    'sends an undeclared header',
    'getTask',
    /^valid$/,
    async (request) => {
      const answer = await service(request);
      return { ...answer, headers: { ...answer.headers, 'x-powered-by': 'x' } };
    },
  ],
  [
    'sends an undeclared status',
    'deleteTask',
    /^valid$/,
    async (request) => {
      const answer = await service(request);
      return answer.status === 404 ? { ...answer, status: 410 } : answer;
    },
  ],
  [
    'sends an undeclared content type',
    'listSongs',
    /^valid$/,
    async (request) => {
      const answer = await service(request);
      return { ...answer, headers: { ...answer.headers, 'content-type': 'text/plain' } };
    },
  ],
  [
    'ignores preconditions',
    'updateTask',
    /^valid$/,
    ({ headers: { 'if-match': _, ...headers }, ...request }) => service({ ...request, headers }),
  ],
  [
    'reads any charset',
    'createSong',
    /^the media type is foreign$/,
    ({ headers, ...request }) =>
      service({
        ...request,
        headers: headers['content-type'] ? { ...headers, 'content-type': 'application/json' } : headers,
      }),
  ],
  [
    'points to the wrong place',
    'createTask',
    /^body title is too long$/,
    async (request) =>
      withAnswer(await service(request), ({ details, ...body }) => ({
        ...body,
        ...(Array.isArray(details) && { details: details.map((detail) => ({ ...detail, loc: ['body'] })) }),
      })),
  ],
  [
    'names another failure',
    'listTasks',
    /is too large$/,
    async (request) => {
      const answer = await service(request);
      return { ...answer, text: answer.text.replaceAll('less_than_equal', 'value_error') };
    },
  ],
  [
    'mends broken text',
    'createTask',
    /holds half a character$|no UTF-8$/,
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

for (const [fault, operation, found, send] of faults) {
  t.test(`a service is found out that ${fault}`, async (t) => {
    const { findings } = await campaign(send, [operation]);
    t.ok(findings.length > 0, 'something is found');
    t.ok(
      findings.some(({ rule }) => found.test(rule)),
      `by what it breaks: ${findings.map(({ rule }) => rule).join('; ')}`,
    );
    for (const { message } of findings)
      t.match(message, /^[A-Z]+ \/(.|\n)*\n→ \d+ /, 'the exchange is shown');
  });
}

t.test('a document that says more or less than the service does is found out', async (t) => {
  for (const [operation, found, change] of [
    ['createTask', /^valid$/, (text: string) => text.replaceAll('"maxLength": 200,', '"maxLength": 300,')],
    [
      'createSong',
      /^body song is too short$/,
      (text: string) => text.replaceAll('"minLength": 1,', '"minLength": 3,'),
    ],
    ['getTask', /^valid$/, (text: string) => text.replaceAll('"ETag": {', '"X-Tag": {')],
    ['createTask', /unsupported|media type/, (text: string) => text.replaceAll('"415": {', '"418": {')],
    ['listTasks', /^valid$/, (text: string) => text.replaceAll('"maximum": 100,', '"maximum": 101,')],
    ['createSong', /^valid$/, (text: string) => text.replaceAll('-2147483647', '-2147483649')],
  ] as const) {
    const changed = change(committed);
    t.not(changed, committed);
    const { findings } = await campaign(service, [operation], changed);
    t.ok(
      findings.some(({ rule }) => found.test(rule)),
      `${operation}: ${findings.map(({ rule }) => rule).join('; ')}`,
    );
  }
});

t.test('a rule that the generators do not know stops them', async (t) => {
  const text = committed.replaceAll('"maxLength": 2000,', '"maxLength": 2000, "contentEncoding": "base64",');
  await t.rejects(campaign(service, ['createTask'], text), /teach the generators/);
});
