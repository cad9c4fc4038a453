import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startProgram } from './commands.ts';
import { OPS } from './rule-files.ts';

type Labels = Readonly<Record<string, string>>;

/** The receivers that label sets must have. */
export const ROUTES: readonly (readonly [receiver: string, labels: readonly string[]])[] = [
  ['page', ['alertname=SetlistDown', 'job=setlist', 'severity=page']],
  ['page', ['alertname=SetlistLatencyFastBurn', 'job=setlist', 'severity=page', 'slo=latency']],
  ['ticket', ['alertname=SetlistDeadJobs', 'job=setlist', 'queue=imports_dead', 'severity=ticket']],
  ['ticket', ['alertname=SetlistInstanceDown', 'job=setlist', 'instance=a', 'severity=ticket']],
  ['ticket', ['alertname=Other']],
];

const a = { job: 'setlist', instance: 'a' };
const b = { job: 'setlist', instance: 'b' };
const other = { job: 'other', instance: 'c' };
const availability = { job: 'setlist', slo: 'availability' };

/** Alerts that fire at the same time, and whether each is inhibited. */
const SITUATIONS: Readonly<Record<string, readonly (readonly [isInhibited: boolean, labels: Labels])[]>> = {
  'no instance': [
    [false, { alertname: 'SetlistDown', job: 'setlist' }],
    [true, { alertname: 'SetlistInstanceDown', ...a }],
    [true, { alertname: 'SetlistAvailabilityFastBurn', ...availability }],
    [false, { alertname: 'SetlistInstanceDown', ...other }],
  ],
  'one instance of several': [
    [false, { alertname: 'SetlistInstanceDown', ...a }],
    [true, { alertname: 'SetlistEventLoopBusy', ...a }],
    [false, { alertname: 'SetlistEventLoopBusy', ...b }],
    [false, { alertname: 'SetlistAvailabilityFastBurn', ...availability }],
    [false, { alertname: 'SetlistOutboxOld', job: 'setlist' }],
  ],
  'the database': [
    [false, { alertname: 'SetlistDatabaseDown', ...a }],
    [true, { alertname: 'SetlistCircuitOpen', ...a, pool: 'main' }],
    [false, { alertname: 'SetlistCircuitOpen', ...b, pool: 'main' }],
    [false, { alertname: 'SetlistAvailabilityFastBurn', ...availability }],
  ],
  'a fast burn': [
    [false, { alertname: 'SetlistAvailabilityFastBurn', ...availability }],
    [true, { alertname: 'SetlistAvailabilitySlowBurn', ...availability }],
    [false, { alertname: 'SetlistLatencySlowBurn', job: 'setlist', slo: 'latency' }],
    [false, { alertname: 'SetlistAvailabilitySlowBurn', job: 'other', slo: 'availability' }],
  ],
};

/**
 * Writes the configuration with URLs that are not in files: releases before 0.26 (Debian 12 has 0.25) do not know `url_file`.
 *
 * @returns Its path.
 */
export async function writeAlertmanagerConfig(folder: string): Promise<string> {
  const text = await readFile(join(OPS, 'alertmanager', 'alertmanager.yml'), 'utf8');
  const file = join(folder, 'alertmanager.yml');
  await writeFile(file, text.replaceAll(/\burl_file: \/run\/secrets\/\S+/g, 'url: http://127.0.0.1:9/'));
  return file;
}

/** Sends the alerts of each situation to a new Alertmanager, and returns those that are not inhibited as expected. */
export async function flawsOfInhibitions(program: string, config: string, folder: string): Promise<string[]> {
  const flaws = [];
  for (const [situation, alerts] of Object.entries(SITUATIONS)) {
    const argsOf = (address: string) => [
      `--config.file=${config}`,
      `--storage.path=${join(folder, 'alertmanager', situation)}`,
      `--web.listen-address=${address}`,
      '--cluster.listen-address=',
      '--log.level=warn',
    ];
    const { base, stop } = await startProgram(program, argsOf, '/-/ready');
    try {
      const inhibited = await inhibitedOf(
        base,
        alerts.map(([, labels]) => labels),
      );
      for (const [isInhibited, labels] of alerts)
        if (inhibited.has(keyOf(labels)) !== isInhibited)
          flaws.push(`${situation}: ${keyOf(labels)} is ${isInhibited ? 'not ' : ''}inhibited`);
    } finally {
      await stop();
    }
  }
  return flaws;
}

async function inhibitedOf(base: string, alerts: readonly Labels[]): Promise<Set<string>> {
  const url = `${base}/api/v2/alerts`;
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify(alerts.map((labels) => ({ labels })));
  const { status } = await fetch(url, { method: 'POST', headers, body });
  if (status !== 200) throw new Error(`Alertmanager responds with ${status}`);
  const stored: { labels: Labels; status: { inhibitedBy: string[] } }[] = JSON.parse(
    await (await fetch(url)).text(),
  );
  if (stored.length !== alerts.length) throw new Error(`Alertmanager has ${stored.length} alerts`);
  return new Set(
    stored.filter((alert) => alert.status.inhibitedBy.length > 0).map((alert) => keyOf(alert.labels)),
  );
}

const keyOf = (labels: Labels): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join(' ');
