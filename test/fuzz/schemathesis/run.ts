import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setlist, startServer } from '../../../scripts/server-process.ts';
import type { Outcome } from '../outcome.ts';
import { SOURCES } from './python.ts';
import { type Report, reportProblems, STAGES, type Stage } from './report.ts';

export interface SchemathesisRun {
  /** The path of Schemathesis. */
  schemathesis: string;
  /** The service's environment. */
  environment: Readonly<Record<string, string>>;
  seed: number;
  examples: number;
  /** An empty folder for the files of the run. */
  folder: string;
  signal: AbortSignal;
}

/** Starts the built service, and runs the stages of Schemathesis against it. */
export async function runSchemathesis(run: SchemathesisRun): Promise<Outcome> {
  const started = performance.now();
  const server = await startServer(setlist, run.environment, run.folder, run.signal);
  const results: StageResult[] = [];
  let log = '';
  try {
    for (const stage of STAGES) results.push(await runStage(run, stage, server.base));
  } finally {
    log = await server.stop();
  }
  const problems = results.flatMap((result) => result.problems);
  const complaints = log.split('\n').filter((line) => /^\{"level":[56]0,/.test(line));
  if (complaints.length > 0)
    problems.push(`the service logged errors:\n${complaints.slice(0, 5).join('\n')}`);
  const sum = (figure: 'generated' | 'broken' | 'scenarios' | 'warnings') =>
    results.reduce((total, result) => total + result[figure], 0);
  const [generated, broken] = [sum('generated'), sum('broken')];
  const seconds = Math.round((performance.now() - started) / 1000);
  return {
    passed: generated - broken,
    failed: Math.max(broken, problems.length),
    summary: `${generated} test cases, ${sum('scenarios')} scenarios, ${broken} failures, ${sum('warnings')} warnings, ${seconds} s`,
    problems,
  };
}

interface StageResult {
  generated: number;
  broken: number;
  scenarios: number;
  warnings: number;
  problems: string[];
}

async function runStage(run: SchemathesisRun, stage: Stage, base: string): Promise<StageResult> {
  const { output, code } = await attack(run, stage, base);
  const report = await readReport(run.folder);
  const scenarios = Number(/Scenarios:\s+(\d+)/.exec(output)?.[1] ?? 0);
  const problems = report ? reportProblems(stage, report, scenarios, run.examples) : ['there is no report'];
  if (code !== 0 && problems.length === 0) problems.push(`it exited with code ${code}`);
  return {
    generated: report?.test_cases.generated ?? 0,
    broken: report?.test_cases.with_failures ?? 0,
    scenarios,
    warnings: Object.values(report?.warnings ?? {}).flat().length,
    problems: problems.length === 0 ? [] : [shorten(output), ...problems],
  };
}

async function attack(
  { schemathesis, environment, seed, examples, folder, signal }: SchemathesisRun,
  { phases }: Stage,
  base: string,
) {
  const child = spawn(
    schemathesis,
    [
      `--config-file=${join(SOURCES, 'schemathesis.toml')}`,
      'run',
      `${base}/openapi.json`,
      '--checks=all',
      `--phases=${phases.join(',')}`,
      `--seed=${seed}`,
      `--max-examples=${examples}`,
      '--no-color',
      '--report=json',
      '--report-json-path=report.json',
    ],
    {
      cwd: folder,
      env: {
        PATH: process.env.PATH,
        HOME: folder,
        PYTHONDONTWRITEBYTECODE: '1',
        SCHEMATHESIS_HOOKS: join(SOURCES, 'hooks.py'),
        SETLIST_BASE: base,
        SETLIST_KEY: environment.SETLIST_KEY,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      signal,
    },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk) => {
      output += chunk;
    });
  }
  const [code] = await once(child, 'close');
  return { output, code: Number(code) };
}

/** Reads and removes the report, so that the next stage cannot read it. */
async function readReport(folder: string): Promise<Report | undefined> {
  const file = join(folder, 'report.json');
  const text = await readFile(file, 'utf8').catch(() => undefined);
  await rm(file, { force: true });
  return text === undefined ? undefined : JSON.parse(text);
}

/** A failing request can have a URL of 16 KiB. */
const shorten = (output: string) => output.replaceAll(/^.{1500,}$/gm, (line) => `${line.slice(0, 1500)}…`);
