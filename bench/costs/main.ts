// Measures the processor time per request of optional functions, or of another build: npm run bench:costs. See
// docs/benchmarking.md.
import { mkdtemp } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { median } from 'simple-statistics';
import { type ServerProcess, setlist, startServer } from '../../scripts/server-process.ts';
import { interruptionBySignal, reportFailure, UsageError } from '../lib/command.ts';
import { findLoadGenerator } from '../lib/load/load-generator.ts';
import { requestsOf } from '../lib/load/requests.ts';
import { type LoadedServer, withClient, withLoadedServer } from '../lib/loaded-databases.ts';
import { describeMachine, machineReport } from '../lib/machine.ts';
import { nodeVersion, switchNode } from '../lib/node-version.ts';
import { processTime, processTreeTime } from '../lib/processor-time.ts';
import { estimate } from '../lib/statistics.ts';
import { figure, table } from '../lib/table.ts';
import { withTemporaryFolder } from '../lib/temporary-folder.ts';
import { withHelpers } from './helpers.ts';
import { type Variant, type VariantName, variantNames, variantsWith } from './variants.ts';

const usage = `Usage: npm run bench:costs -- [options]
  --starts N         how often each pair of servers is started; 4 by default
  --rounds N         how often both are measured after a start, in turn; 4 by default
  --seconds N        how long one measurement takes; 2 by default
  --connections N    64 by default
  --only VARIANT     just this variant, or several: ${variantNames.join(',')}
  --before SCRIPT    the server without the function is another build, such as ../before/dist/src/server.js
  --node VERSION     the version of Node.js, such as 26; by default the running one`;

interface Cost {
  /** Microseconds per request. */
  server: number;
  postgres: number;
  /** Requests per second. */
  rate: number;
}

/** A measurement without the variant, and the one with it beside it. */
interface Round {
  without: Cost;
  having: Cost;
}

const generator = findLoadGenerator();
/** The number of the load on the database: no two use the same unique numbers. */
let phase = 0;

try {
  const options = readOptions();
  await switchNode(options.node);
  const signal = interruptionBySignal();
  await withTemporaryFolder((folder) =>
    withLoadedServer(folder, signal, (database) =>
      withHelpers(options.names.includes('redis'), async (helpers) => {
        const variants = variantsWith(helpers);
        const costs = new Map<VariantName, Round[]>();
        for (let start = 1; start <= options.starts; start++) {
          for (const name of start % 2 === 1 ? options.names : options.names.toReversed()) {
            process.stderr.write(`start ${start} of ${options.starts}: ${name}\n`);
            const rounds = await measure(variants[name], { ...options, database, folder, signal });
            costs.set(name, [...(costs.get(name) ?? []), ...rounds]);
          }
        }
        const machine = describeMachine(database.version, generator.name);
        const rows = options.names.map((name) => [variants[name].title, ...figures(costs.get(name) ?? [])]);
        const added = ['added', '95 %'];
        const headings = ['µs per request', 'server', ...added, 'PostgreSQL', ...added, 'rate ÷', '95 %'];
        process.stdout.write(`\n${machineReport(machine)}\n\n${table(headings, rows)}\n`);
      }),
    ),
  );
} catch (error) {
  reportFailure(error, usage);
}

function readOptions() {
  const text = { type: 'string' } as const;
  const options = {
    starts: text,
    rounds: text,
    seconds: text,
    connections: text,
    only: text,
    node: text,
    before: text,
  };
  const { values } = parseArgs({ options });
  const number = (name: 'starts' | 'rounds' | 'seconds' | 'connections', otherwise: number) => {
    const value = Number(values[name] ?? otherwise);
    if (!Number.isInteger(value) || value < 1) throw new UsageError(`--${name} must be a positive integer.`);
    return value;
  };
  const names = values.only?.split(',').map((name) => {
    const known = variantNames.find((variant) => variant === name);
    if (!known) throw new UsageError(`--only must be one of ${variantNames.join(', ')}, not "${name}".`);
    return known;
  });
  return {
    starts: number('starts', 4),
    rounds: number('rounds', 4),
    seconds: number('seconds', 2),
    connections: number('connections', 64),
    names: names ?? variantNames,
    before: values.before === undefined ? setlist : resolve(values.before),
    node: values.node === undefined ? undefined : nodeVersion(values.node),
  };
}

interface Conditions {
  rounds: number;
  seconds: number;
  connections: number;
  /** The script of the server without the variant. */
  before: string;
  database: LoadedServer;
  folder: string;
  signal: AbortSignal;
}

/** Starts a server with the variant and one without, and measures them in turn. */
async function measure(variant: Variant, conditions: Conditions): Promise<Round[]> {
  const { environment, requests, headers, otherDatabase } = variant;
  const { rounds, seconds, before, database, folder, signal } = conditions;
  const databaseOf = (name: string) => (requests.method === 'GET' ? database.url : database.copy(name));
  const common = { MAX_TASKS: '0', WEBHOOKS: 'off' };
  const servers: ServerProcess[] = [];
  const start = async (script: string, settings: Readonly<Record<string, string>>) => {
    const own = await mkdtemp(join(folder, 'server-'));
    const server = await startServer(script, { ...common, ...settings }, own, signal);
    servers.push(server);
    return server;
  };
  const load = async ({ base, pid }: ServerProcess, added: Variant['headers']): Promise<Cost> => {
    const began = [processTime(pid), processTreeTime(database.pid)] as const;
    const result = await generator.run({
      base,
      requests: { ...requestsOf(requests, database.loaded, ++phase), ...(added && { headers: added }) },
      statuses: [requests.status],
      connections: conditions.connections,
      seconds,
      folder,
      signal,
    });
    if (result.problems.length > 0) throw new Error(result.problems.join(', '));
    return {
      server: (processTime(pid) - began[0]) / result.requests,
      postgres: (processTreeTime(database.pid) - began[1]) / result.requests,
      rate: result.requests / seconds,
    };
  };
  try {
    const without = await databaseOf('setlist_without');
    if (otherDatabase) await withClient(without, (client) => client.query(otherDatabase));
    const having = await databaseOf('setlist_having');
    const pair = [
      { server: await start(before, { DATABASE_URL: without }), headers: undefined },
      { server: await start(setlist, { ...environment, DATABASE_URL: having }), headers },
    ] as const;
    for (const { server, headers } of pair) await load(server, headers);
    const costs: Round[] = [];
    for (let round = 1; round <= rounds; round++) {
      const [base, changed] = pair;
      const first = round % 2 === 1 ? base : changed;
      const one = await load(first.server, first.headers);
      const second = first === base ? changed : base;
      const other = await load(second.server, second.headers);
      const [without, having] = first === base ? [one, other] : [other, one];
      costs.push({ without, having });
    }
    return costs;
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}

/** The medians, and the intervals of the added times and of the ratio of rates. */
function figures(rounds: readonly Round[]): string[] {
  const times = (['server', 'postgres'] as const).flatMap((where) => [
    figure(median(rounds.map(({ without }) => without[where])), 1),
    ...withInterval(
      rounds.map(({ without, having }) => having[where] - without[where]),
      1,
    ),
  ]);
  return [
    ...times,
    ...withInterval(
      rounds.map(({ without, having }) => having.rate / without.rate),
      2,
    ),
  ];
}

function withInterval(values: readonly number[], digits: number): string[] {
  const { median, interval } = estimate(values, 1) ?? {};
  return [figure(median, digits), `${figure(interval?.low, digits)} to ${figure(interval?.high, digits)}`];
}
