import type { Check } from '../check.ts';
import { raceChecks } from './races.ts';
import { requestChecks } from './requests.ts';
import { songCreationChecks } from './song-creation.ts';
import { songReadingChecks } from './song-reading.ts';
import { taskCreationChecks } from './task-creation.ts';
import { taskReadingChecks } from './task-reading.ts';
import { taskWritingChecks } from './task-writing.ts';

/** All checks. */
export const checks: readonly Check[] = [
  ...requestChecks,
  ...songReadingChecks,
  ...songCreationChecks,
  ...taskReadingChecks,
  ...taskCreationChecks,
  ...taskWritingChecks,
  ...raceChecks,
];
