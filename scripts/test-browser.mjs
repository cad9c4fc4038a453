// Tests the docs pages in an installed Chromium or Chrome: BROWSER_PATH, or the first one on the PATH. Without a browser
// it fails, unless --if-available is given outside of CI. Arguments such as test/browser/redoc.test.ts run only these
// files.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, rmSync } from 'node:fs';
import { findBrowser } from './find-browser.mjs';

const FOLDER = 'test/browser';

const chosen = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const all = readdirSync(FOLDER).filter((name) => name.endsWith('.test.ts'));
const files = chosen.length > 0 ? chosen : all.map((name) => `${FOLDER}/${name}`);
const browser = findBrowser();
if (browser === undefined) {
  const { BROWSER_PATH: given, CI } = process.env;
  console.error(
    `NOT TESTED: ${given ? `there is no browser at ${given}` : 'there is no Chromium or Chrome on the PATH'}. ` +
      'Install one, or set BROWSER_PATH.',
  );
  console.log('# 0 passed, 0 failed, nothing was tested');
  process.exit(process.argv.includes('--if-available') && !CI ? 0 : 1);
}
console.log(`Testing with ${browser}`);

rmSync('screenshots', { recursive: true, force: true });
const tests = spawn(process.execPath, ['scripts/test.mjs', ...files], {
  stdio: ['ignore', 'pipe', 'inherit'],
  // A browser uses more than one processor, and is slow on a busy machine.
  env: { ...process.env, BROWSER_PATH: browser, TAP_JOBS: '2', TAP_TIMEOUT: '600' },
});
let output = '';
tests.stdout.on('data', (chunk) => {
  output += chunk;
  process.stdout.write(chunk);
});
const [status] = await once(tests, 'close');

const totals = /^# \{ total: .*\}$/m.exec(output)?.[0] ?? '';
const count = (/** @type {string} */ name) => Number(new RegExp(`\\b${name}: (\\d+)`).exec(totals)?.[1] ?? 0);
const passed = count('pass');
const others = count('total') - passed;
console.log(`# ${passed} passed, ${others} failed`);
process.exit(status === 0 && passed > 0 && others === 0 ? 0 : 1);
