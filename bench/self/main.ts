// Compares the service with and without batching, and with the upper limit of this machine. See docs/benchmarking.md.
import { existsSync } from 'node:fs';
import { interruptionBySignal, reportFailure } from '../lib/command.ts';
import { findLoadGenerator, type LoadGenerator } from '../lib/load/load-generator.ts';
import { describeMachine, machineReport } from '../lib/machine.ts';
import { switchNode } from '../lib/node-version.ts';
import { withTemporaryFolder } from '../lib/temporary-folder.ts';
import { type Measurement, measure } from './measurement.ts';
import { type Options, readOptions, usage } from './options.ts';
import { planSteps } from './plan.ts';
import { Progress } from './progress.ts';
import { computeRatios } from './ratios.ts';
import { figuresReport, problemsReport, ratiosReport } from './report.ts';
import { keepResults } from './results-file.ts';
import { targetsOf } from './scenarios.ts';
import { type Stage, withStage } from './stage.ts';
import { summarize } from './summary.ts';

const say = (text: string) => process.stdout.write(`${text}\n\n`);

try {
  const options = readOptions(process.argv.slice(2));
  await switchNode(options.node);
  await main(options);
} catch (error) {
  reportFailure(error, usage);
}

async function main(options: Options): Promise<void> {
  if (!existsSync('/proc/self/stat'))
    throw new Error('Linux is required: processor time is read from /proc.');
  const began = new Date();
  const signal = interruptionBySignal();
  const generator = findLoadGenerator();
  try {
    await withTemporaryFolder(async (folder) => {
      process.stderr.write('Loading the databases…\n');
      await withStage(options.scenarios, folder, signal, async (stage) => {
        const machine = describeMachine(stage.postgresVersion, generator.name);
        const measurements = await measureAll(options, stage, generator, folder, signal);
        await report(began, options, { machine, measurements });
      });
    });
  } catch (error) {
    // After an interruption, its reason matters, not the resulting errors.
    throw signal.aborted ? signal.reason : error;
  }
}

async function measureAll(
  options: Options,
  stage: Stage,
  generator: LoadGenerator,
  folder: string,
  signal: AbortSignal,
): Promise<Measurement[]> {
  const { scenarios, connections, rounds, seconds } = options;
  const steps = planSteps(targetsOf(scenarios), connections, rounds);
  const progress = new Progress(steps.length, seconds);
  const measurements: Measurement[] = [];
  for (const step of steps) {
    signal.throwIfAborted();
    progress.begin(step);
    const measurement = await measure(step, { stage, generator, seconds, folder, signal });
    progress.end(measurement);
    measurements.push(measurement);
  }
  return measurements;
}

async function report(
  began: Date,
  options: Options,
  { machine, measurements }: { machine: ReturnType<typeof describeMachine>; measurements: Measurement[] },
): Promise<void> {
  const summaries = summarize(measurements);
  const ratios = computeRatios(measurements);
  const problems = problemsReport(measurements);
  const file = await keepResults(began, { machine, options, ratios, summaries, measurements });
  say(`\n${machineReport(machine)}`);
  say(figuresReport(summaries));
  say(ratiosReport(ratios));
  if (problems !== '') say(problems);
  say(`Raw results: ${file}`);
  if (problems !== '') process.exitCode = 1;
}
