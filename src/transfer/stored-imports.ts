import type { FastifyBaseLogger } from 'fastify';
import { type ImportJobs, JobLost } from './import-jobs.ts';
import { type ImportTarget, importBody } from './importer.ts';
import type { Uploads } from './uploads.ts';

/** The work of one job of the queue. */
export interface StoredImport {
  readonly job: number;
}

/** What stored imports use. */
export interface ImportServices {
  readonly jobs: ImportJobs;
  readonly uploads: Uploads;
  readonly targets: ReadonlyMap<string, ImportTarget>;
  readonly log: FastifyBaseLogger;
}

/**
 * Imports the stored body of a job, after the lines that an earlier attempt has processed.
 *
 * @param isLast Whether the queue makes no further attempt.
 * @param signal Ends the attempt after the current batch.
 * @throws if another attempt can continue.
 */
export async function runStoredImport(
  { jobs, uploads, targets, log }: ImportServices,
  { job: id }: StoredImport,
  { isLast, signal }: { isLast: boolean; signal: AbortSignal },
): Promise<void> {
  const job = await jobs.take(id, 'running');
  if (!job) {
    const known = await jobs.find(id);
    if (known?.state === 'waiting' || known?.state === 'running')
      throw new Error(`Another process may still run the job ${id}`);
    return;
  }
  const giveBack = jobs.hold(id);
  try {
    const target = targets.get(job.resource);
    if (!target) throw new Error(`This instance does not know the resource ${job.resource}`);
    const end = await importBody(jobs, job, { bytes: () => uploads.read(id), signal }, target);
    await jobs.finish(id, end ? 'failed' : 'succeeded', { error: end?.code ?? null });
  } catch (error) {
    if (error instanceof JobLost) {
      log.info({ job: id }, error.message);
      return;
    }
    await jobs.finish(id, isLast ? 'failed' : 'waiting', { error: isLast ? 'interrupted' : null });
    throw error;
  } finally {
    await giveBack();
  }
}
