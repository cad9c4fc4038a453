// The gate runs as it does for everyone, on documents that were changed for it. It needs Go.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { installOasdiff } from '../../scripts/openapi/oasdiff.ts';
import { temporaryFolder } from '../support/database.ts';
import type { LooseJson } from '../support/loose-json.ts';

const folder = await temporaryFolder(t);
const released = readFileSync('contract/released.json', 'utf8');

/** Runs the gate on the released document and a changed one. */
function diff(change: (document: LooseJson) => void, approvals: object[] = []) {
  const document = JSON.parse(released);
  change(document);
  writeFileSync(join(folder, 'base.json'), released);
  writeFileSync(join(folder, 'revision.json'), JSON.stringify(document));
  writeFileSync(join(folder, 'approvals.json'), JSON.stringify(approvals));
  const files = ['base.json', 'revision.json', 'approvals.json'].map((name) => join(folder, name));
  const { status, stdout } = spawnSync(process.execPath, ['dist/scripts/openapi/diff.js', ...files], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return { status, stdout };
}

t.test('the released document compared with itself passes', async (t) => {
  t.match(
    diff(() => {}),
    { status: 0, stdout: /# 1 passed, 0 failed\n$/ },
  );
});

for (const [title, change, finding] of [
  [
    'an added optional field of a request',
    ({ components }: LooseJson) => (components.schemas.SongCreate.properties.label = { type: 'string' }),
    /added the new optional request property `label`/,
  ],
  [
    'an added field of a response',
    ({ components }: LooseJson) => (components.schemas.Song.properties.label = { type: 'string' }),
    /added the optional property `data\/label`/,
  ],
  ['an added operation', ({ paths }: LooseJson) => (paths['/bands'] = paths['/health']), /endpoint added/],
] as const) {
  t.test(`${title} passes and is in the changelog`, async (t) => {
    const { status, stdout } = diff(change);
    t.equal(status, 0, stdout);
    t.match(stdout, finding);
  });
}

const removal = ({ paths }: LooseJson) => delete paths['/ready'];

for (const [title, change, finding] of [
  ['a removed operation', removal, /not ok - GET \/ready: .* breaks clients/],
  [
    'a removed field of a response',
    ({ components }: LooseJson) => {
      const { properties, required } = components.schemas.Task;
      delete properties.title;
      required.splice(required.indexOf('title'), 1);
    },
    /not ok - GET \/tasks: removed the required property `items\/title`/,
  ],
  [
    'a new required field of a request',
    ({ components }: LooseJson) => components.schemas.SongCreate.required.push('year'),
    /not ok - POST \/songs: the request property `year` became required/,
  ],
  [
    'a required credential',
    ({ paths }: LooseJson) => (paths['/ready'].get.security = [{ bearerAuth: ['songs:read'] }]),
    /not ok - GET \/ready: .*security `bearerAuth: \[songs:read\]` was added/,
  ],
  [
    'a narrower parameter',
    ({ paths }: LooseJson) => {
      const limit = paths['/songs'].get.parameters.find(({ name }: LooseJson) => name === 'limit');
      limit.schema.maximum = 50;
    },
    /not ok - GET \/songs: .*`limit`/,
  ],
] as const) {
  t.test(`${title} fails`, async (t) => {
    const { status, stdout } = diff(change);
    t.equal(status, 1, stdout);
    t.match(stdout, finding);
  });
}

t.test('an approved breaking change passes, and an approval without a change fails', async (t) => {
  const [, text, id] = /not ok - GET \/ready: (.*) \[(.*)\]/.exec(diff(removal).stdout) ?? [];
  const approval = { id, operation: 'GET /ready', text, reason: 'Readiness has another path.' };
  t.match(diff(removal, [approval]), { status: 0, stdout: /approved: Readiness has another path\./ });
  t.match(
    diff(() => {}, [approval]),
    { status: 1, stdout: /matches no change/ },
  );
});

t.test('without Go it fails with an explanation', async (t) => {
  t.throws(() => installOasdiff(folder, { PATH: folder }), {
    message: /Go .* is not installed: nothing was compared/,
  });
});
