import { addAbortSignal, finished, PassThrough, type Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { BodyTooLarge, MalformedRequest, UnsupportedStreamType } from '../http/errors.ts';
import type { Format } from './parser-options.ts';

/** A request body that its route reads, as the content type parsers of imports return it. */
export interface StreamedBody {
  readonly stream: Readable;
  readonly format: Format;
}

/** The response of a body that is too large is the last one of its connection, because the rest is not read. */
const tooLarge = () => new BodyTooLarge({ headers: { connection: 'close' } });

/** The codes of errors of a client that disconnects. */
const DISCONNECTED: ReadonlySet<unknown> = new Set(['ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE']);

/** The body of an import. */
export class ImportBody {
  readonly format: Format;
  /** Its size in bytes; undefined if the client does not say it. */
  readonly size: number | undefined;
  readonly #stream: Readable;
  readonly #limit: number;
  #read = 0;

  /**
   * @param limit Its maximum size, in bytes.
   * @throws {ServiceError} 413 if it is too large; 415 for another format, charset or coding.
   */
  constructor({ body, headers }: FastifyRequest, limit: number) {
    const { 'content-encoding': coding = 'identity', 'content-type': type = '' } = headers;
    const charset = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(type)?.[1] ?? 'utf-8';
    if (!body || !/^utf-?8$/i.test(charset)) throw new UnsupportedStreamType();
    if (!/^identity$/i.test(coding))
      throw new UnsupportedStreamType({ headers: { 'accept-encoding': 'identity' } });
    const length = headers['content-length'];
    this.size = length === undefined ? undefined : Number(length);
    if (this.size !== undefined && this.size > limit) throw tooLarge();
    const { stream, format } = body as StreamedBody;
    this.format = format;
    this.#stream = stream;
    this.#limit = limit;
  }

  /** The number of bytes that were read. */
  get read(): number {
    return this.#read;
  }

  /**
   * @param signal Ends a wait for the client.
   * @throws {ServiceError} 413 if it is too large, 408 if it does not arrive in time, 400 if the client disconnects.
   */
  async *bytes(signal?: AbortSignal): AsyncGenerator<Uint8Array, void> {
    // Iterating the request itself would take it from its connection, which the response still needs.
    const copy = new PassThrough();
    if (signal) addAbortSignal(signal, copy);
    // Also if the client has already disconnected.
    const unwatch = finished(this.#stream, (error) => error && copy.destroy(error));
    this.#stream.pipe(copy);
    try {
      for await (const bytes of copy) {
        this.#read += bytes.length;
        if (this.#read > this.#limit) throw tooLarge();
        yield bytes;
      }
    } catch (error) {
      if (error instanceof Error && 'code' in error && DISCONNECTED.has(error.code))
        throw new MalformedRequest({ cause: error });
      throw error;
    } finally {
      unwatch();
      // A client that still sends would not read the response.
      this.#stream.resume();
    }
  }

  /** The same in pieces of about this size, in bytes. */
  async *pieces(size: number): AsyncGenerator<Buffer, void> {
    let pending: Uint8Array[] = [];
    let waiting = 0;
    for await (const bytes of this.bytes()) {
      pending.push(bytes);
      waiting += bytes.length;
      if (waiting < size) continue;
      yield Buffer.concat(pending);
      pending = [];
      waiting = 0;
    }
    if (waiting > 0) yield Buffer.concat(pending);
  }
}
