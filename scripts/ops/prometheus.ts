import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parse, stringify } from 'yaml';
import { type RunningProgram, startProgram } from './commands.ts';
import { OPS, RULE_FILES } from './rule-files.ts';

/** The maximum time until an alert is pending, in milliseconds. */
const PENDING_DEADLINE = 10_000;
/** What Grafana replaces in queries. The interval contains several scrapes. */
const VARIABLES = { $__rate_interval: '10s', $job: 'setlist', $instance: '.+' };

/** A panel of the dashboard and its queries. */
export interface Panel {
  title: string;
  targets: { expr: string; instant?: boolean }[];
}

interface Series {
  /** Of an instant. */
  value?: [time: number, value: string];
  /** Of a range. */
  values?: [time: number, value: string][];
}

interface Rule {
  name: string;
  health: string;
  state?: string;
  lastError?: string;
}

/** The panels of the committed dashboard, without the titles of rows. */
export async function readPanels(): Promise<Panel[]> {
  const { panels }: { panels: (Partial<Panel> & { type: string })[] } = JSON.parse(
    await readFile(join(OPS, 'grafana', 'setlist.json'), 'utf8'),
  );
  return panels
    .filter(({ type }) => type !== 'row')
    .map(({ title = '', targets = [] }) => ({ title, targets }));
}

/** A Prometheus with the configuration of the project that scrapes one instance each second. */
export class ServicePrometheus {
  readonly #program: RunningProgram;

  private constructor(program: RunningProgram) {
    this.#program = program;
  }

  static async start(target: string, folder: string): Promise<ServicePrometheus> {
    const config = parse(await readFile(join(OPS, 'prometheus', 'prometheus.yml'), 'utf8'));
    config.global = { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' };
    config.rule_files = RULE_FILES;
    config.scrape_configs[0].static_configs = [{ targets: [target] }];
    delete config.alerting;
    const file = join(folder, 'prometheus.yml');
    await writeFile(file, stringify(config));
    const argsOf = (address: string) => [
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(folder, 'prometheus')}`,
      `--web.listen-address=${address}`,
      '--log.level=warn',
    ];
    return new ServicePrometheus(await startProgram('prometheus', argsOf, '/-/ready'));
  }

  /**
   * Lists the queries of a panel that fail or return no number.
   *
   * @param duration Until now, in milliseconds.
   */
  async flawsOfPanel({ targets }: Panel, duration: number): Promise<string[]> {
    if (targets.length === 0) return ['The panel has no query'];
    const end = Date.now() / 1000;
    const range = { start: String(end - duration / 1000), end: String(end), step: '1' };
    const flaws = [];
    for (const { expr, instant } of targets) {
      let query = expr;
      for (const [name, value] of Object.entries(VARIABLES)) query = query.replaceAll(name, value);
      const path = instant ? 'query' : 'query_range';
      const { result = [], error } = await this.#get<{ result: Series[] }>(path, {
        query,
        ...(instant ? { time: String(end) } : range),
      });
      const values = result.flatMap((series) => series.values ?? (series.value ? [series.value] : []));
      if (error) flaws.push(`${error}: ${query}`);
      else if (!values.some(([, value]) => Number.isFinite(Number(value)))) flaws.push(`No data: ${query}`);
    }
    return flaws;
  }

  /** Lists the rules that cannot be evaluated. */
  async flawsOfRules(): Promise<string[]> {
    const rules = await this.#rules();
    if (rules.length === 0) return ['There are no rules'];
    return rules
      .filter(({ health }) => health !== 'ok')
      .map(({ name, health, lastError = '' }) => `${name}: ${health} ${lastError}`);
  }

  /** Waits until the condition of an alert is true; returns a message if it is not in time. */
  async untilPending(alert: string): Promise<string | undefined> {
    const deadline = Date.now() + PENDING_DEADLINE;
    while (Date.now() < deadline) {
      const rules = await this.#rules();
      if (rules.some(({ name, state }) => name === alert && state === 'pending')) return undefined;
      await delay(200);
    }
    return `${alert} is not pending`;
  }

  stop(): Promise<void> {
    return this.#program.stop();
  }

  async #rules(): Promise<Rule[]> {
    const { groups = [] } = await this.#get<{ groups: { rules: Rule[] }[] }>('rules', {});
    return groups.flatMap(({ rules }) => rules);
  }

  async #get<T>(path: string, parameters: Record<string, string>): Promise<Partial<T> & { error?: string }> {
    const url = `${this.#program.base}/api/v1/${path}?${new URLSearchParams(parameters)}`;
    const { data, error } = JSON.parse(await (await fetch(url)).text());
    return { ...data, ...(error && { error }) };
  }
}
