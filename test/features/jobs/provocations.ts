import { job } from '../../../schemas/job.ts';
import type { Change } from '../../support/provocations.ts';
import { type Provocations, resourceProvocations } from '../../support/provocations.ts';

/** Cancels the job before. */
const cancelled: Change = async (request, { call }) => {
  await call('POST', request.url);
  return request;
};

/** The errors of jobs. */
export const provocations: Provocations = { ...resourceProvocations(job), JobEnded: cancelled };
