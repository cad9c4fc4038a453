import { request as httpRequest } from 'node:http';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { checkResponse, type HttpResponse } from './contract.ts';
import type { LooseJson } from './loose-json.ts';

export interface RequestOptions {
  /** Sent as JSON. */
  json?: unknown;
  /** Sent unchanged. */
  payload?: string | Buffer;
  headers?: Record<string, string>;
}

/** A response that matches the contract. */
export interface CheckedResponse extends HttpResponse {
  /** Untyped: its shape was checked against the contract. */
  body: LooseJson;
}

/** Sends a request, checks the response against the contract, and returns it. */
export type Client = (method: string, url: string, options?: RequestOptions) => Promise<CheckedResponse>;

/** Sends requests concurrently, and returns the responses in the order of the requests. */
export const atOnce = <Result>(count: number, send: (index: number) => Promise<Result>): Promise<Result[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => send(index)));

export const statusesOf = (responses: readonly { status: number }[]): number[] =>
  responses.map(({ status }) => status);

/** The path of the next page; empty on the last page. */
export const nextPage = ({ headers }: Pick<HttpResponse, 'headers'>): string =>
  /^<(.*)>; rel="next"$/.exec(String(headers.link ?? ''))?.[1] ?? '';

/** The rows of all pages, from the page at the URL to the last one. */
export async function readPages(call: Client, url: string): Promise<LooseJson[]> {
  const rows: LooseJson[] = [];
  for (let next = url; next !== ''; ) {
    const page = await call('GET', next);
    rows.push(...page.body);
    next = nextPage(page);
  }
  return rows;
}

type Transport = (
  method: string,
  url: string,
  headers: Record<string, string>,
  payload: RequestOptions['payload'],
) => Promise<HttpResponse>;

function client(transport: Transport): Client {
  return async (method, url, { json, payload, headers = {} } = {}) => {
    const body = json === undefined ? payload : JSON.stringify(json);
    const type = json !== undefined && { 'content-type': 'application/json' };
    const response = await transport(method, url, { ...type, ...headers }, body);
    checkResponse(method, url, response);
    const isJson =
      /\/(problem\+)?json/.test(String(response.headers['content-type'])) && response.text !== '';
    return { ...response, body: isJson ? JSON.parse(response.text) : response.text };
  };
}

/** A client of an app in this process. */
export const injected = (app: FastifyInstance): Client =>
  client(async (method, url, headers, payload) => {
    const request = { method, url, headers, ...(payload !== undefined && { payload }) } as InjectOptions;
    const { statusCode: status, headers: sent, payload: text } = await app.inject(request);
    return { status, headers: sent, text };
  });

/** A client of the server at the base URL, with one connection per request. */
export const remote = (base: string): Client =>
  client(
    (method, url, headers, payload) =>
      new Promise((resolve, reject) => {
        const request = httpRequest(
          new URL(base).origin,
          { method, path: url, headers, agent: false },
          (response) => {
            const chunks: Buffer[] = [];
            response.on('data', (chunk) => chunks.push(chunk));
            response.on('error', reject);
            response.on('end', () =>
              resolve({
                status: response.statusCode ?? 0,
                headers: response.headers,
                text: Buffer.concat(chunks).toString(),
              }),
            );
          },
        );
        request.on('error', reject);
        request.end(payload);
      }),
  );
