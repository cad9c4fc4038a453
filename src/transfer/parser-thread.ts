import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { LineParser, type ParsedBatch } from './line-parser.ts';
import { MalformedImport, OTHER_CONTENT, type ParserOptions } from './parser-options.ts';

/** The size of a body that is parsed without a thread, in bytes: starting a thread takes longer. */
const SMALL = 16_384;

/** The next bytes of a body; none at its end. */
export interface ParserRequest {
  readonly bytes: Uint8Array | undefined;
}

export interface ParserReply {
  readonly batches: readonly ParsedBatch[];
  /** The reason why the rest of the body cannot be imported; see {@link MalformedImport}. */
  readonly problem: { readonly code: string; readonly line: number; readonly message: string } | undefined;
}

/**
 * Parses a body, a large one in a thread of its own: 64 KiB take milliseconds.
 *
 * @param body Its bytes. The parser asks for more when its batches are read, so that the sender is slowed down.
 * @param size Their number; undefined if it is not known.
 * @throws {MalformedImport} after the last valid batch.
 */
export async function* parsedBatches(
  body: AsyncIterable<Uint8Array>,
  options: ParserOptions,
  size = Number.POSITIVE_INFINITY,
): AsyncGenerator<ParsedBatch, void> {
  if (size > SMALL) {
    yield* batchesOfThread(body, options);
    return;
  }
  const parser = new LineParser(options);
  for await (const bytes of body) yield* batchesOf(parsed(parser, { bytes }));
  yield* batchesOf(parsed(parser, { bytes: undefined }));
}

/** Parses the next bytes of a body. */
export function parsed(parser: LineParser, { bytes }: ParserRequest): ParserReply {
  try {
    if (bytes) parser.push(bytes);
    else parser.end();
    return { batches: bytes ? parser.batches() : parser.lastBatches(), problem: undefined };
  } catch (error) {
    if (!(error instanceof MalformedImport)) throw error;
    const { code, line, message } = error;
    // The lines of another body are not those of this import.
    const batches = code === OTHER_CONTENT ? [] : parser.lastBatches();
    return { batches, problem: { code, line, message } };
  }
}

async function* batchesOfThread(
  body: AsyncIterable<Uint8Array>,
  options: ParserOptions,
): AsyncGenerator<ParsedBatch, void> {
  const thread = new Worker(new URL(`./parser-worker${extname(import.meta.url)}`, import.meta.url), {
    workerData: options,
    // A line has at most one mebibyte.
    resourceLimits: { maxOldGenerationSizeMb: 256 },
  });
  const ask = async (request: ParserRequest): Promise<ParserReply> => {
    thread.postMessage(request);
    const [reply] = await once(thread, 'message');
    return reply;
  };
  try {
    for await (const bytes of body) yield* batchesOf(await ask({ bytes }));
    yield* batchesOf(await ask({ bytes: undefined }));
  } finally {
    await thread.terminate();
  }
}

function* batchesOf({ batches, problem }: ParserReply): Generator<ParsedBatch> {
  yield* batches;
  if (problem) throw new MalformedImport(problem.code, problem.line, problem.message);
}
