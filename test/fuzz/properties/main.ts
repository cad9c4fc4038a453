// Sends requests generated from openapi.json to the service, and checks every response. The environment contains the
// settings of the service; --seed and --examples determine the requests. The last line is JSON for the caller.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildApp } from '../../../src/app.ts';
import { readConfig } from '../../../src/config.ts';
import { packageRoot } from '../../../src/package.ts';
import { readOptions } from '../options.ts';
import type { Outcome } from '../outcome.ts';
import { runCampaign } from './campaign.ts';
import { inProcess } from './in-process.ts';

const { seeds, examples, operations } = readOptions(process.argv.slice(2));
const [seed = 1] = seeds;
const config = readConfig(process.env);
const app = await buildApp(config);
const started = performance.now();
const { requests, properties, statuses, findings } = await runCampaign({
  document: JSON.parse(readFileSync(join(packageRoot, 'openapi.json'), 'utf8')),
  send: inProcess(app, process.env.SETLIST_KEY),
  seed,
  examples,
  bodyLimit: config.bodyLimit,
  ...(operations && { operations }),
});
const seconds = Math.round((performance.now() - started) / 1000);
await app.close();

const responses = [...statuses].sort(([a], [b]) => a - b).map(([status, count]) => `${status} × ${count}`);
const outcome: Outcome = {
  passed: requests - findings.length,
  failed: findings.length,
  summary: `${requests} requests, ${properties} properties, ${findings.length} failures, ${seconds} s (${responses.join(', ')})`,
  problems: findings.map(({ operation, rule, message }) => `${operation}: ${rule}\n${message}`),
};
console.log(JSON.stringify(outcome));
