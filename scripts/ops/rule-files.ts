import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { packageRoot } from '../../src/package.ts';

/** The folder of the configurations. */
export const OPS = join(packageRoot, 'ops');

interface Rule {
  record?: string;
  alert?: string;
  expr: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

interface UnitTest {
  promql_expr_test?: { expr: string; exp_samples: { labels: string }[] }[];
}

const NAMES = ['slo', 'rules'];
const METRIC = /\b(?:setlist|nodejs|process)_\w+/g;
const SUFFIX = /_(?:bucket|sum|count)$/;

/** The paths of the rules, and of their tests. */
export const RULE_FILES = NAMES.map((name) => join(OPS, 'prometheus', `${name}.yml`));
export const RULE_TESTS = NAMES.map((name) => join(OPS, 'prometheus', `${name}.test.yml`));

const read = <T>(file: string): T => parse(readFileSync(file, 'utf8'));
const rules = (): Rule[] =>
  RULE_FILES.flatMap((file) => read<{ groups: { rules: Rule[] }[] }>(file).groups).flatMap(
    (group) => group.rules,
  );

/** Lists what is wrong with the labels, annotations, runbooks and tests of the alerts. */
export function flawsOfAlerts(): string[] {
  const runbooks = readFileSync(join(packageRoot, 'docs', 'runbooks.md'), 'utf8');
  const sections = [...runbooks.matchAll(/^## (Setlist\w+)$/gm)].map(([, name = '']) => name);
  const alerts = rules().filter(({ alert }) => alert !== undefined);
  const names = alerts.map(({ alert = '' }) => alert);
  const expectations = RULE_TESTS.flatMap((file) => read<{ tests: UnitTest[] }>(file).tests).flatMap(
    (test) => test.promql_expr_test ?? [],
  );
  return [
    ...alerts.flatMap((rule) => flawsOf(rule, sections, expectations)),
    ...sections
      .filter((section) => !names.includes(section))
      .map((section) => `docs/runbooks.md describes ${section}, which is no alert`),
  ];
}

function flawsOf(
  { alert = '', labels = {}, annotations = {} }: Rule,
  sections: readonly string[],
  expectations: readonly { expr: string; exp_samples: { labels: string }[] }[],
): string[] {
  const flaws = [];
  const name = `alertname="${alert}"`;
  if (!/^(?:page|ticket)$/.test(labels.severity ?? '')) flaws.push('has no severity page or ticket');
  if (annotations.runbook_url !== `docs/runbooks.md#${alert.toLowerCase()}`)
    flaws.push('has a runbook_url of another section');
  if (!annotations.summary || !annotations.description) flaws.push('has no summary or no description');
  if (!sections.includes(alert)) flaws.push('has no section in docs/runbooks.md');
  const firing = expectations
    .flatMap((expectation) => expectation.exp_samples)
    .filter((sample) => sample.labels.includes(name));
  if (firing.length === 0) flaws.push('has no test in which it fires');
  const isQuiet = expectations.some(
    ({ expr, exp_samples }) => exp_samples.length === 0 && isAbout(expr, alert),
  );
  if (!isQuiet) flaws.push('has no test in which it does not fire');
  for (const [, label = ''] of Object.values(annotations)
    .join()
    .matchAll(/\$labels\.(\w+)/g))
    if (!firing.every((sample) => sample.labels.includes(`${label}="`)))
      flaws.push(`has the label ${label} in its annotations, but fires without it`);
  return flaws.map((flaw) => `${alert} ${flaw}`);
}

const isAbout = (expression: string, alert: string): boolean =>
  [...expression.matchAll(/alertname=~?"([^"]+)"/g)].some(([, name = '']) =>
    new RegExp(`^(?:${name})$`).test(alert),
  );

/**
 * The metrics of the service that the rules use; of histograms, their names without a suffix.
 *
 * @param exported The names of the metrics that the service exports.
 */
export function usedMetrics(exported: ReadonlySet<string>): Set<string> {
  const names = rules().flatMap(({ expr }) => expr.match(METRIC) ?? []);
  return new Set(names.map((name) => (exported.has(name) ? name : name.replace(SUFFIX, ''))));
}
