import type { FastifyInstance, InjectOptions } from 'fastify';
import type { HttpResponse } from '../../support/contract.ts';
import type { FuzzRequest } from './requests.ts';

/** Sends requests to an app in this process. */
export const inProcess =
  (app: FastifyInstance) =>
  async ({ method, url, headers, payload }: FuzzRequest): Promise<HttpResponse> => {
    const request = { method, url, headers, ...(payload !== undefined && { payload }) } as InjectOptions;
    const { statusCode: status, headers: received, payload: text } = await app.inject(request);
    return { status, headers: received, text };
  };
