import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Negotiator from 'negotiator';
import { entityTag, isNotModified } from '../http/conditional-requests.ts';

/** The content codings, from the smallest result to the largest. */
const compressors = { br: promisify(brotliCompress), gzip: promisify(gzip) };

type Coding = keyof typeof compressors;
const CODINGS: string[] = Object.keys(compressors);

const isCoding = (name: string | undefined): name is Coding => name !== undefined && name in compressors;

interface Rendering {
  body: Buffer;
  /** The hash of the body: the version of the document. */
  hash: string;
}

/** A document that does not change while the process runs: it is rendered once, and compressed once per coding. */
export class RenderedDocument {
  readonly #type: string;
  readonly #render: () => string;
  readonly #compressed = new Map<Coding, Promise<Buffer>>();
  #rendering: Rendering | undefined;

  /**
   * @param type The `Content-Type`.
   * @param render Returns the text; called for the first request.
   */
  constructor(type: string, render: () => string) {
    this.#type = type;
    this.#render = render;
  }

  /**
   * Sends the document in the content coding that the client prefers (RFC 9110, 12.5.3), or 304 if the client has it.
   * Each coding has its own strong entity tag.
   *
   * @throws {ServiceError} 412 if `If-Match` is false.
   */
  async send(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { body, hash } = this.#rendered();
    const accepted = new Negotiator(request.raw).encodings([...CODINGS, 'identity']);
    // Without weights, the order in the header is not a preference.
    const isWeighted = request.headers['accept-encoding']?.includes('q=') ?? false;
    const preferred = (isWeighted ? accepted : CODINGS).find((name) => accepted.includes(name));
    const coding = isCoding(preferred) ? preferred : undefined;
    const version = coding ? `${hash}-${coding}` : hash;
    const isKnown = isNotModified(request.headers, version);
    reply.headers({
      'cache-control': 'no-cache',
      etag: entityTag(version),
      // Replaces the `Vary` of other responses.
      vary: 'Origin, Accept-Encoding',
    });
    if (isKnown) return reply.code(304).send();
    const payload = coding ? await this.#compress(coding, body) : body;
    if (coding) reply.header('content-encoding', coding);
    return reply.type(this.#type).send(payload);
  }

  #rendered(): Rendering {
    if (!this.#rendering) {
      const body = Buffer.from(this.#render());
      this.#rendering = { body, hash: createHash('sha256').update(body).digest('base64url') };
    }
    return this.#rendering;
  }

  #compress(coding: Coding, body: Buffer): Promise<Buffer> {
    const compressed = this.#compressed.get(coding) ?? compressors[coding](body);
    this.#compressed.set(coding, compressed);
    return compressed;
  }
}
