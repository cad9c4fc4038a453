// Runs the campaign against the service with one fault at a time.
import { readFileSync } from 'node:fs';
import t from 'tap';
import { acceptingKeys, fullKey } from '../../support/credentials.ts';
import { startService } from '../../support/service.ts';
import { type CampaignResult, runCampaign } from './campaign.ts';
import { faultsOf, type Send } from './faults.ts';
import { inProcess } from './in-process.ts';

const { app } = await startService(t, {
  ...acceptingKeys(fullKey),
  MAX_TASKS: '0',
  REQUEST_DEADLINE_MS: '60000',
});
const service = inProcess(app, fullKey.key);
const committed = readFileSync('openapi.json', 'utf8');

function campaign(send: Send, operations?: string[], text = committed): Promise<CampaignResult> {
  return runCampaign({
    document: JSON.parse(text),
    send,
    seed: 1,
    examples: operations ? 60 : 12,
    bodyLimit: 32_768,
    ...(operations && { operations }),
  });
}

t.test('a service without faults has no findings', async (t) => {
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

for (const [fault, operation, found, send] of faultsOf(service)) {
  t.test(`the campaign finds a service that ${fault}`, async (t) => {
    const { findings } = await campaign(send, [operation]);
    t.ok(findings.length > 0, 'it has findings');
    t.ok(
      findings.some(({ rule }) => found.test(rule)),
      `by the broken rule: ${findings.map(({ rule }) => rule).join('; ')}`,
    );
    for (const { message } of findings)
      t.match(message, /^[A-Z]+ \/(.|\n)*\n→ \d+ /, 'the exchange is shown');
  });
}

t.test('the campaign finds a document that differs from the service', async (t) => {
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

t.test('an unknown rule of a schema is an error', async (t) => {
  const text = committed.replaceAll('"maxLength": 2000,', '"maxLength": 2000, "contentEncoding": "base64",');
  await t.rejects(campaign(service, ['createTask'], text), /The generators do not support /);
});
