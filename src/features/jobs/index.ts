import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { job } from '../../../schemas/job.ts';
import { batched } from '../../crud/batched.ts';
import { contractOf, linksOf, rowParams } from '../../crud/contract.ts';
import { repositoryOf } from '../../crud/repository.ts';
import { ownerLimit, routesOf, validated } from '../../crud/routes.ts';
import { callerOf } from '../../database/batching/plugin.ts';
import { entityTag, UNSTORED } from '../../http/conditional-requests.ts';
import { links } from '../../openapi/links.ts';
import { failureLine } from '../../transfer/import-jobs.ts';
import type { Feature } from '../feature.ts';
import { cancelJob, JobEnded, JobNotFound, listJobFailures } from './contract.ts';

const PATH = job.names.path;

/** The jobs of imports. */
export const jobs: Feature = async (app) => {
  const errors = { notFound: JobNotFound };
  const repository = batched(job, repositoryOf(job, app.databases), app.batching);
  const contract = contractOf(job, errors);
  const routes = routesOf(job, repository, errors);
  const store = app.transfers.jobs;

  /** @throws {ServiceError} 404 if there is no job that the caller can access. */
  async function accessed(request: FastifyRequest) {
    const { id } = validated(request.params, rowParams(job.names.one));
    const row = await repository.find({ id, owner: ownerLimit(job, request) }, callerOf(request));
    if (!row) throw new JobNotFound();
    return row;
  }

  async function cancel(request: FastifyRequest, reply: FastifyReply) {
    const { id } = await accessed(request);
    if (!(await store.cancel(id))) throw new JobEnded();
    const row = await accessed(request);
    reply.header('etag', entityTag(row.version)).header('cache-control', UNSTORED);
    return row;
  }

  async function failures(request: FastifyRequest, reply: FastifyReply) {
    const { id } = await accessed(request);
    reply.type('application/x-ndjson').header('cache-control', 'no-store');
    return reply.send(Readable.from(request.method === 'HEAD' ? [] : failureLines(id)));
  }

  async function* failureLines(id: number) {
    for await (const group of store.failures(id)) yield group.map(failureLine).join('');
  }

  app.get(PATH, { schema: contract.list, links: linksOf(contract, job).list }, routes.list);
  app.get(
    `${PATH}/:id`,
    { schema: contract.get, links: { 200: links('$request.path.id', cancelJob, listJobFailures) } },
    routes.get,
  );
  app.post(
    `${PATH}/:id/cancel`,
    { schema: cancelJob, links: { 200: links('$request.path.id', contract.get, listJobFailures) } },
    cancel,
  );
  app.get(
    `${PATH}/:id/failures`,
    { schema: listJobFailures, config: { mediaTypes: ['application/x-ndjson'] } },
    failures,
  );
};
