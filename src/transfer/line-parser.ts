import { isUtf8 } from 'node:buffer';
import { createHash, type Hash } from 'node:crypto';
import type { ErrorDetail } from '../../schemas/error.ts';
import { loneSurrogate } from '../http/body-parsing.ts';
import { RequestValidators } from '../validation/request-validators.ts';
import { type CsvRecord, CsvRecords } from './csv-records.ts';
import { MAX_LINE, MalformedImport, OTHER_CONTENT, type ParserOptions } from './parser-options.ts';

export interface ParsedRow {
  readonly line: number;
  readonly item: Readonly<Record<string, unknown>>;
}

/** A line that is not a valid row. */
export interface LineFailure {
  readonly line: number;
  readonly code: string;
  readonly message: string;
  readonly details: readonly ErrorDetail[] | null;
}

/** The rows of consecutive lines. */
export interface ParsedBatch {
  readonly rows: readonly ParsedRow[];
  readonly failures: readonly LineFailure[];
  /** The number of the last line. */
  readonly lines: number;
  /** The size of all lines until here, in bytes. */
  readonly bytes: number;
  /** SHA-256 of all lines until here. */
  readonly digest: Uint8Array;
}

const NEWLINE = 0x0a;

/** Turns the bytes of a body into valid rows, in batches. */
export class LineParser {
  readonly #options: ParserOptions;
  readonly #validators = new RequestValidators([]);
  readonly #validate: (item: unknown) => boolean;
  readonly #hash: Hash = createHash('sha256');
  readonly #csv: CsvRecords | undefined;
  /** The bytes after the last line. */
  #rest: Buffer = Buffer.alloc(0);
  /** The size of all lines, in bytes. */
  #bytes = 0;
  #lines = 0;
  #rows: ParsedRow[] = [];
  #failures: LineFailure[] = [];
  #done: ParsedBatch[] = [];

  constructor(options: ParserOptions) {
    this.#options = options;
    this.#validate = this.#validators.compile(options.create, 'body');
    this.#csv = options.format === 'csv' ? new CsvRecords(options) : undefined;
  }

  /**
   * Parses the next bytes.
   *
   * @throws {MalformedImport} if the rest of the body cannot be imported. The rows before are valid.
   */
  push(bytes: Uint8Array): void {
    this.#rest = this.#rest.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.#rest, bytes]);
    if (this.#csv) this.#takeRecords(this.#csv.push(bytes, this.#lines));
    else this.#takeLines();
    if (this.#rest.length > MAX_LINE)
      throw new MalformedImport('line_too_long', this.#lines + 1, `A line has more than ${MAX_LINE} bytes`);
  }

  /**
   * Parses the last line.
   *
   * @throws {MalformedImport} as {@link push}.
   */
  end(): void {
    if (this.#csv) {
      this.#takeRecords(this.#csv.end(this.#lines));
      if (this.#rest.length > 0) this.#advance(this.#rest.length);
    } else if (this.#rest.length > 0) this.#takeLine(this.#rest.length);
    if (this.#bytes < this.#options.processed.bytes) throw otherContent(this.#lines);
  }

  /** Returns the batches that are complete. */
  batches(): ParsedBatch[] {
    return this.#done.splice(0);
  }

  /** Returns all other batches, at the end of the rows. */
  lastBatches(): ParsedBatch[] {
    this.#finishBatch();
    return this.#done.splice(0);
  }

  #takeRecords(records: Iterable<CsvRecord>): void {
    for (const record of records) this.#takeRecord(record);
    this.#csv?.check(this.#lines);
  }

  #takeLines(): void {
    let end = this.#rest.indexOf(NEWLINE);
    while (end !== -1) {
      this.#takeLine(end + 1);
      end = this.#rest.indexOf(NEWLINE);
    }
  }

  #takeLine(size: number): void {
    const line = this.#advance(size);
    if (this.#isProcessed) return;
    const { item, failure } = parseLine(line, this.#lines === 1);
    if (failure !== undefined)
      this.#fail(this.#lines, { code: 'malformed_json', message: failure, details: null });
    else if (item !== undefined) this.#take(this.#lines, withoutFields(item, this.#options.ignored));
  }

  #takeRecord({ item, size, failure }: CsvRecord): void {
    const first = this.#lines + 1 + leadingNewlines(this.#rest.subarray(0, size));
    this.#advance(size);
    if (this.#isProcessed || (!item && !failure)) return;
    if (failure) this.#fail(first, { code: 'malformed_csv', message: failure, details: null });
    else this.#take(first, item);
  }

  /** Whether an earlier import has processed the last line. */
  get #isProcessed(): boolean {
    return this.#bytes <= this.#options.processed.bytes;
  }

  /** Removes the next lines from the rest. */
  #advance(size: number): Buffer {
    const { bytes, digest } = this.#options.processed;
    const taken = this.#rest.subarray(0, size);
    this.#rest = this.#rest.subarray(size);
    this.#hash.update(taken);
    this.#bytes += size;
    this.#lines += Math.max(1, countNewlines(taken));
    if (this.#bytes >= bytes && this.#bytes - size < bytes && digest) {
      const isSame = this.#bytes === bytes && Buffer.from(digest).equals(this.#hash.copy().digest());
      if (!isSame) throw otherContent(this.#lines);
    }
    return taken;
  }

  #take(line: number, item: unknown): void {
    if (!this.#validate(item)) {
      const values = { params: undefined, querystring: undefined, headers: undefined, body: item };
      const { details } = this.#validators.failures({ body: this.#options.create }, values);
      this.#fail(line, { code: 'validation_failed', message: 'Validation failed', details });
      return;
    }
    this.#rows.push({ line, item: item as ParsedRow['item'] });
    this.#finishFullBatch();
  }

  #fail(line: number, failure: Omit<LineFailure, 'line'>): void {
    this.#failures.push({ line, ...failure });
    this.#finishFullBatch();
  }

  #finishFullBatch(): void {
    if (this.#rows.length + this.#failures.length >= this.#options.batchSize) this.#finishBatch();
  }

  #finishBatch(): void {
    this.#done.push({
      rows: this.#rows,
      failures: this.#failures,
      lines: this.#lines,
      bytes: this.#bytes,
      digest: this.#hash.copy().digest(),
    });
    this.#rows = [];
    this.#failures = [];
  }
}

const otherContent = (line: number) =>
  new MalformedImport(OTHER_CONTENT, line, 'The body differs from the one that this key began to import');

/** The value of a line of JSON; undefined for an empty line. The first line may have a byte order mark. */
function parseLine(line: Buffer, isFirst: boolean): { item?: unknown; failure?: string } {
  if (!isUtf8(line)) return { failure: 'The line is not valid UTF-8' };
  const text = line.toString().trim();
  const json = isFirst ? text.replace(/^\uFEFF/, '') : text;
  if (json === '') return {};
  try {
    const item: unknown = JSON.parse(json);
    return loneSurrogate(json) === undefined ? { item } : { failure: 'Unpaired surrogate in a string' };
  } catch {
    return { failure: 'JSON decode error' };
  }
}

function countNewlines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, at + 1)) count++;
  return count;
}

/** The number of empty lines before a record. */
function leadingNewlines(bytes: Buffer): number {
  const start = bytes.findIndex((byte) => byte !== NEWLINE && byte !== 0x0d);
  return start <= 0 ? 0 : countNewlines(bytes.subarray(0, start));
}

/** The value of a line without the fields that only the service writes. */
function withoutFields(item: unknown, ignored: readonly string[]): unknown {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return item;
  if (!ignored.some((name) => name in item)) return item;
  return Object.fromEntries(Object.entries(item).filter(([name]) => !ignored.includes(name)));
}
