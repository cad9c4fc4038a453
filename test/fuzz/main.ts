// Proves that the service conforms to openapi.json: Schemathesis against the built service, and properties against the
// service in a child process; on both databases concurrently.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Databases, openDatabases } from './databases.ts';
import { type Options, readOptions, type Tier, UsageError, usage } from './options.ts';
import type { Outcome } from './outcome.ts';
import { runProperties } from './properties/run.ts';
import { installSchemathesis, UnavailableError } from './schemathesis/python.ts';
import { runSchemathesis } from './schemathesis/run.ts';

const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interruption.abort());

type Runner = (databases: Databases, seed: number) => Promise<Outcome>;

async function main(options: Options): Promise<void> {
  const { examples, tiers, databases, seeds, operations } = options;
  const { signal } = interruption;
  const schemathesis = tiers.includes('schemathesis') ? await installSchemathesis() : '';
  const runners: Record<Tier, Runner> = {
    schemathesis: async (databases, seed) =>
      inFolder(async (folder) =>
        runSchemathesis({
          schemathesis,
          environment: await databases.environment(),
          seed,
          examples,
          folder,
          signal,
        }),
      ),
    properties: async (databases, seed) =>
      runProperties(await databases.environment(), { seed, examples, operations, signal }),
  };
  const counts = { passed: 0, failed: 0, runs: 0 };
  await Promise.all(
    databases.map(async (name) => {
      const opened = await openDatabases(name);
      try {
        for (const tier of tiers) {
          for (const seed of seeds) {
            const title = `${tier}, ${name === 'server' ? 'PostgreSQL server' : 'embedded database'}, seed ${seed}`;
            const { passed, failed, summary, problems } = await runners[tier](opened, seed);
            counts.passed += passed;
            counts.failed += failed;
            counts.runs++;
            console.log(`${failed === 0 ? '✓' : '✗'} ${title}: ${summary}`);
            for (const problem of problems) console.error(`\n${title}: ${problem}`);
            if (failed > 0) console.error(`\nTo reproduce it: ${repetition(tier, name, seed, examples)}`);
          }
        }
      } finally {
        await opened.stop();
      }
    }),
  );
  console.log(`# ${counts.passed} passed, ${counts.failed} failed, in ${counts.runs} runs`);
  if (counts.failed > 0 || counts.runs !== databases.length * tiers.length * seeds.length)
    process.exitCode = 1;
}

const repetition = (tier: Tier, database: string, seed: number, examples: number) =>
  `npm run test:fuzz -- --only ${tier} --database ${database} --seed ${seed} --examples ${examples}`;

async function inFolder<Result>(use: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'setlist-fuzz-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

try {
  await main(readOptions(process.argv.slice(2)));
} catch (error) {
  if (error instanceof UsageError) console.error(`${error.message}\n\n${usage}`);
  else if (error instanceof UnavailableError) console.error(error.message);
  else console.error(interruption.signal.aborted ? 'Interrupted.' : error);
  // The other runs are not needed any more.
  interruption.abort();
  process.exitCode = 1;
  console.log('# 0 passed, 1 failed: the run was not completed');
}
