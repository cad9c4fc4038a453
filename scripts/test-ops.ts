// Tests the configurations of Prometheus, Alertmanager and Grafana in ops/ with their own programs: rules, routes, inhibitions, whether
// each alert is described, and whether each panel of the dashboard has data in a Prometheus that scrapes the service under load.
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { packageRoot } from '../src/package.ts';
import { Checks } from './checks.ts';
import { flawsOfInhibitions, ROUTES, writeAlertmanagerConfig } from './ops/alertmanager.ts';
import { failureOf } from './ops/commands.ts';
import { sendLoad } from './ops/load.ts';
import { readPanels, ServicePrometheus } from './ops/prometheus.ts';
import { flawsOfAlerts, OPS, RULE_TESTS, usedMetrics } from './ops/rule-files.ts';
import { type ServerProcess, setlist, startServer } from './server-process.ts';

/** The duration of the load, in milliseconds. */
const LOAD = 15_000;
/** So that all metrics have series. */
const SERVICE = { DATA_DIR: 'memory://', METRICS_PORT: '0', RATE_LIMIT: '1000000/60' };
/** Debian's name of Alertmanager first. */
const PROGRAMS = [['promtool'], ['prometheus'], ['amtool'], ['prometheus-alertmanager', 'alertmanager']];

const isInstalled = (program: string) => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;
const missing = PROGRAMS.filter((names) => !names.some(isInstalled)).map(([name]) => name);
if (missing.length > 0) {
  const packages = 'On Debian, the packages prometheus and prometheus-alertmanager contain them.';
  console.error(`Programs that are not installed: ${missing.join(', ')}. ${packages}`);
  process.exit(1);
}

const interruption = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interruption.abort());

const checks = new Checks();
const folder = await mkdtemp(join(tmpdir(), 'setlist-ops-'));
try {
  await testPrometheusFiles();
  await testAlertmanager();
  await checks.report(
    'the dashboard is up to date',
    failureOf(process.execPath, join(packageRoot, 'dist', 'ops', 'grafana', 'dashboard.js'), '--check'),
  );
  await testDashboard();
} catch (error) {
  await checks.report('the test runs to its end', String(error));
} finally {
  await rm(folder, { recursive: true, force: true });
}
checks.end();

async function testPrometheusFiles(): Promise<void> {
  const config = join(OPS, 'prometheus', 'prometheus.yml');
  await checks.report(
    'promtool check config prometheus.yml',
    failureOf('promtool', 'check', 'config', config),
  );
  for (const file of RULE_TESTS)
    await checks.report(
      `promtool test rules ${basename(file)}`,
      failureOf('promtool', 'test', 'rules', file),
    );
  await checks.report('each alert is described and tested', flawsOfAlerts());
}

async function testAlertmanager(): Promise<void> {
  const config = await writeAlertmanagerConfig(folder);
  await checks.report('amtool check-config alertmanager.yml', failureOf('amtool', 'check-config', config));
  for (const [receiver, labels] of ROUTES) {
    const flags = [`--config.file=${config}`, `--verify.receivers=${receiver}`];
    const outcome = failureOf('amtool', 'config', 'routes', 'test', ...flags, ...labels);
    await checks.report(`amtool config routes test: ${labels.join(' ')} → ${receiver}`, outcome);
  }
  const program = PROGRAMS[3]?.find(isInstalled) ?? '';
  await checks.report('alerts are inhibited by their cause', flawsOfInhibitions(program, config, folder));
}

async function testDashboard(): Promise<void> {
  let service: ServerProcess | undefined;
  let prometheus: ServicePrometheus | undefined;
  try {
    service = await startServer(setlist, SERVICE, folder, interruption.signal);
    const metrics = /Metrics on (http:[^"]+)/.exec(await readFile(join(folder, 'server.log'), 'utf8'))?.[1];
    if (metrics === undefined) throw new Error('The service does not serve metrics');
    prometheus = await ServicePrometheus.start(new URL(metrics).host, folder);
    await sendLoad(service.base, LOAD, interruption.signal);
    await checks.report('the service exports each metric of the rules', missingMetrics(metrics));
    await checks.report('Prometheus evaluates each rule', prometheus.flawsOfRules());
    for (const panel of await readPanels())
      await checks.report(`panel ${panel.title}`, prometheus.flawsOfPanel(panel, LOAD));
    await service.stop();
    service = undefined;
    await checks.report('SetlistDown is pending without the service', prometheus.untilPending('SetlistDown'));
  } finally {
    await service?.stop();
    await prometheus?.stop();
  }
}

async function missingMetrics(url: string): Promise<string[]> {
  const text = await (await fetch(url)).text();
  const exported = new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name));
  return [...usedMetrics(exported)].filter((name) => !exported.has(name));
}
