import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { codeOf } from '../../database/failures.ts';
import { packageVersion } from '../../package.ts';
import { hostOf, isPublic, NotPublic, publicLookup } from './public-address.ts';
import { signedHeaders } from './signature.ts';

/** The number of bytes that are read of a response. */
const MAX_RESPONSE = 16_384;
/** The maximum delay that a receiver can ask for, in milliseconds. */
const MAX_RETRY_AFTER = 86_400_000;

/** An event for a receiver. */
export interface Message {
  /** The id of the event. */
  id: string;
  url: string;
  body: string;
  /** The current one first. */
  secrets: readonly string[];
}

/** The result of an attempt. */
export interface Outcome {
  /** The status of the response; null without one. */
  status: number | null;
  /** Why it failed; null for a success. */
  error: string | null;
  durationMs: number;
  /** The delay that the receiver asks for, in milliseconds; 0 without one. */
  retryAfter: number;
}

export interface SenderOptions {
  /** Whether URLs may be http, and hosts may have any address. */
  allowPrivate: boolean;
  /** The maximum duration of an attempt in milliseconds. */
  timeout: number;
  /** Resolves hosts; for tests. */
  lookup?: LookupFunction | undefined;
}

/** Sends events to receivers. Redirects are not followed: their targets would not be the URLs of the owner. */
export class Sender {
  readonly #allowPrivate: boolean;
  readonly #timeout: number;
  readonly #lookup: LookupFunction | undefined;
  readonly #agents = {
    'http:': new http.Agent({ keepAlive: true, maxFreeSockets: 16 }),
    'https:': new https.Agent({ keepAlive: true, maxFreeSockets: 16 }),
  };

  constructor({ allowPrivate, timeout, lookup }: SenderOptions) {
    this.#allowPrivate = allowPrivate;
    this.#timeout = timeout;
    this.#lookup = allowPrivate ? lookup : publicLookup(lookup);
  }

  /** Whether events may be sent to the URL, as far as it tells without its addresses. */
  accepts(url: string): boolean {
    if (!URL.canParse(url)) return false;
    const parsed = new URL(url);
    const host = hostOf(parsed);
    if (this.#allowPrivate) return true;
    return parsed.protocol === 'https:' && !isLocalName(host) && (isIP(host) === 0 || isPublic(host));
  }

  /** Makes one attempt; never rejects. Any status of 2xx is a success. */
  async send(message: Message, stop: AbortSignal): Promise<Outcome> {
    const began = performance.now();
    const timeout = AbortSignal.timeout(this.#timeout);
    const result = await this.#exchange(message, AbortSignal.any([timeout, stop])).catch(
      (error: unknown) => ({
        status: null,
        error: timeout.aborted
          ? `There was no response in ${this.#timeout / 1_000} seconds`
          : reasonOf(error),
        retryAfter: 0,
      }),
    );
    return { ...result, durationMs: Math.round(performance.now() - began) };
  }

  /** Closes idle connections. */
  close(): void {
    for (const agent of Object.values(this.#agents)) agent.destroy();
  }

  async #exchange(
    { id, url, body, secrets }: Message,
    signal: AbortSignal,
  ): Promise<Omit<Outcome, 'durationMs'>> {
    // Addresses are not resolved, and the setting may have changed.
    if (!this.accepts(url)) throw new NotPublic();
    const response = await this.#request(new URL(url), body, signedHeaders(id, body, secrets), signal);
    const status = response.statusCode ?? 0;
    const retryAfter = delayOf(response.headers['retry-after']);
    await readLimited(response, signal);
    const isSuccess = status >= 200 && status < 300;
    return { status, retryAfter, error: isSuccess ? null : `The response has the status ${status}` };
  }

  #request(
    url: URL,
    body: string,
    signed: Record<string, string>,
    signal: AbortSignal,
  ): Promise<IncomingMessage> {
    const isSecure = url.protocol === 'https:';
    return new Promise((resolve, reject) => {
      const request = (isSecure ? https : http).request(
        url,
        {
          method: 'POST',
          agent: this.#agents[isSecure ? 'https:' : 'http:'],
          headers: {
            ...signed,
            'content-type': 'application/cloudevents+json; charset=utf-8',
            'content-length': Buffer.byteLength(body),
            'user-agent': `Setlist/${packageVersion}`,
          },
          signal,
          ...(this.#lookup && { lookup: this.#lookup }),
        },
        resolve,
      );
      request.once('error', reject);
      request.end(body);
    });
  }
}

/** Names of this host, which every resolver knows. */
const isLocalName = (host: string) => host === 'localhost' || host.endsWith('.localhost');

/** Reads the start of a response, which is not used; a connection with more of it is closed. */
async function readLimited(response: IncomingMessage, signal: AbortSignal): Promise<void> {
  let size = 0;
  try {
    for await (const chunk of response) {
      size += chunk.length;
      if (size > MAX_RESPONSE || signal.aborted) break;
    }
  } catch {
    // The status is the answer, even if the rest does not arrive.
  }
}

/** `Retry-After` (RFC 9110, 10.2.3) in milliseconds: seconds, or a date. */
function delayOf(header: string | undefined): number {
  if (header === undefined) return 0;
  const delay = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - Date.now();
  return Number.isNaN(delay) ? 0 : Math.min(Math.max(delay, 0), MAX_RETRY_AFTER);
}

/** The reason of a failed attempt, for the owner of the webhook: without addresses. */
function reasonOf(error: unknown): string {
  if (error instanceof NotPublic) return error.message;
  const code = codeOf(error);
  return code === undefined ? 'The request failed' : `The request failed (${code})`;
}
