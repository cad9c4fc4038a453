import type { FastifyInstance, InjectOptions } from 'fastify';
import type { HttpResponse } from '../../support/contract.ts';
import { bearer } from '../../support/credentials.ts';
import type { FuzzRequest } from './requests.ts';

/**
 * Sends requests to an app in this process.
 *
 * @param credential A bearer token; undefined without authentication.
 */
export const inProcess =
  (app: FastifyInstance, credential?: string) =>
  async ({ method, url, headers, payload }: FuzzRequest): Promise<HttpResponse> => {
    const request = {
      method,
      url,
      headers: { ...headers, ...(credential && bearer(credential)) },
      ...(payload !== undefined && { payload }),
    } as InjectOptions;
    const { statusCode: status, headers: received, payload: text } = await app.inject(request);
    return { status, headers: received, text };
  };
