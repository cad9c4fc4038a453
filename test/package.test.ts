import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { packageRoot, packageVersion } from '../src/package.ts';

t.test('the package is found from compiled code', async (t) => {
  t.ok(existsSync(join(packageRoot, 'migrations')));
  t.equal(packageVersion, JSON.parse(readFileSync('package.json', 'utf8')).version);
});
