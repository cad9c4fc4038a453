import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { job } from '../../schemas/job.ts';
import { sourceOf } from '../crud/change-source.ts';
import { repositoryOf } from '../crud/repository.ts';
import { transaction } from '../database/pooled-database.ts';
import { ServiceError } from '../errors/define-error.ts';
import { acceptedMediaTypes, JSON_MEDIA_TYPE } from '../errors/representation.ts';
import { BodyTooLarge } from '../http/errors.ts';
import { IdempotencyKeyReused, idempotencyKeyOf } from '../http/idempotency.ts';
import { pathUnderBase } from '../http/request-target.ts';
import { ValidationFailed } from '../validation/plugin.ts';
import { ImportRunning, malformedBody } from './contract.ts';
import { exportedFields } from './exporter.ts';
import { ImportBody } from './import-body.ts';
import { failureLine, isEnded, JobLost, type StoredJob } from './import-jobs.ts';
import { type ImportEnd, type ImportTarget, importBody } from './importer.ts';
import { OTHER_CONTENT } from './parser-options.ts';

/** The size of a piece of a stored body, in bytes. */
const PIECE = 262_144;

/** A request to import, its job, and whether this request created the job. */
interface Import {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly body: ImportBody;
  readonly job: StoredJob;
  readonly isNew: boolean;
}

/** The handler of the import of a resource. */
export function importRouteOf(app: FastifyInstance, target: ImportTarget) {
  const { jobs, uploads, importLimit, imports, queue } = app.transfers;
  const { code } = target.resource.names;
  const jobRows = repositoryOf(job, app.databases);
  const jobFields = exportedFields(job);

  /** The job as in the contract. */
  async function contractJob(id: number): Promise<typeof job.schemas.item.static> {
    const [row] = await jobRows.findMany([{ id }]);
    if (!row) throw new JobLost('The job was removed meanwhile');
    const values: Readonly<Record<string, unknown>> = row;
    return Object.fromEntries(
      jobFields.map((name) => [name, values[name]]),
    ) as typeof job.schemas.item.static;
  }

  async function importRows(request: FastifyRequest, reply: FastifyReply) {
    const body = new ImportBody(request, importLimit);
    const leave = imports.take();
    try {
      const { job, isNew } = await jobs.open({
        resource: code,
        format: body.format,
        owner: request.principal?.owner,
        key: idempotencyKeyOf(request.headers),
        keyOwner: request.principal?.owner ?? '',
        source: sourceOf(request),
      });
      if (job.resource !== code || job.format !== body.format) throw new IdempotencyKeyReused();
      if (!isNew && isEnded(job)) reply.header('idempotency-replayed', 'true');
      const given = { request, reply, body, job, isNew };
      return prefersAsync(request) ? await importLater(given) : await importNow(given);
    } finally {
      leave();
    }
  }

  /** Imports the body before the response. */
  async function importNow(given: Import) {
    const { request, reply, job } = given;
    if (!isEnded(job)) await runNow(given);
    const row = await contractJob(job.id);
    if (!isEnded(row)) throw new ImportRunning();
    const [type] = acceptedMediaTypes(request.headers.accept, ['application/x-ndjson', JSON_MEDIA_TYPE]);
    if (type === JSON_MEDIA_TYPE) return reply.send(row);
    return reply.type('application/x-ndjson').send(Readable.from(resultLines(row)));
  }

  async function runNow({ request, body, job: { id } }: Import): Promise<void> {
    const taken = await jobs.take(id, 'running');
    if (!taken) throw new ImportRunning();
    const giveBack = jobs.hold(id);
    try {
      const end = await importBody(
        jobs,
        taken,
        { bytes: (failed) => body.bytes(failed), size: body.size },
        target,
      );
      if (end?.code === OTHER_CONTENT) throw new IdempotencyKeyReused();
      await jobs.finish(id, end ? 'failed' : 'succeeded', { error: end?.code ?? null, size: body.read });
      checkEnd(end);
    } catch (error) {
      if (error instanceof JobLost) return;
      if (!(error instanceof ValidationFailed)) await leaveUnfinished(request, id, error);
      throw error;
    } finally {
      await giveBack();
    }
  }

  /** With a key, a repeated request continues. Without one, the job tells the client what was imported. */
  async function leaveUnfinished(request: FastifyRequest, id: number, error: unknown): Promise<void> {
    const isFinal = idempotencyKeyOf(request.headers) === undefined || error instanceof BodyTooLarge;
    const reason = error instanceof ServiceError ? error.code : 'interrupted';
    try {
      await jobs.finish(id, isFinal ? 'failed' : 'waiting', { error: isFinal ? reason : null });
    } catch (err) {
      request.log.warn({ err, job: id }, 'The end of an import was not stored');
    }
  }

  async function* resultLines(row: typeof job.schemas.item.static) {
    for await (const failures of jobs.failures(row.id))
      yield failures.map((failure) => failureLine({ type: 'failure', ...failure })).join('');
    yield `${JSON.stringify({ type: 'summary', job: row })}\n`;
  }

  /** Stores the body, and imports it after the response. */
  async function importLater(given: Import) {
    const { request, reply, job: opened } = given;
    const { id } = opened;
    // Otherwise an earlier request has stored the body.
    if (opened.size === null && !isEnded(opened)) await storeBody(given);
    const row = await contractJob(id);
    reply
      .code(202)
      .header('location', pathUnderBase(request.originalUrl, `${job.names.path}/${id}`))
      .header('preference-applied', 'respond-async');
    return reply.send(row);
  }

  async function storeBody({ body, job: { id }, isNew }: Import): Promise<void> {
    const taken = await jobs.take(id, 'uploading');
    if (!taken) throw new ImportRunning();
    const giveBack = jobs.hold(id);
    try {
      await uploads.store(id, body.pieces(PIECE));
      await transaction(app.pg.pool, async (client) => {
        await jobs.received(client, id, body.read);
        await queue.send({ job: id }, { on: client });
      });
    } catch (error) {
      // What an earlier request has imported stays known.
      await (isNew ? jobs.remove(id) : jobs.finish(id, 'waiting')).catch(() => {});
      throw error;
    } finally {
      await giveBack();
    }
  }

  return importRows;
}

const prefersAsync = ({ headers: { prefer } }: FastifyRequest): boolean =>
  /(^|[,;\s])respond-async($|[,;\s])/i.test(String(prefer ?? ''));

/** @throws {ServiceError} 422 if the body is malformed. */
function checkEnd(end: ImportEnd): void {
  if (end?.line === undefined || end.message === undefined) return;
  throw new ValidationFailed({ details: [malformedBody(end.code, end.line, end.message)] });
}
