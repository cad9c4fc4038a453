import { type Info, type Parser, parse } from 'csv-parse';
import { coerceText } from '../validation/coercion.ts';
import { unescapeFormula } from './csv.ts';
import { type ImportField, MAX_LINE, MalformedImport, type ParserOptions } from './parser-options.ts';

/** A number of JSON. */
const NUMBER = /^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$/;

/** A record, and its size in bytes with the empty lines before it. The header has neither an item nor a failure. */
export interface CsvRecord {
  readonly size: number;
  readonly item?: Record<string, unknown>;
  readonly failure?: string;
}

/** The records of a CSV document in UTF-8 (RFC 4180), whose first one names the fields. */
export class CsvRecords {
  readonly #options: ParserOptions;
  readonly #fields: ReadonlyMap<string, ImportField>;
  /** Fails for other encodings, which csv-parse would replace silently. */
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  readonly #parser: Parser;
  #header: readonly string[] | undefined;
  #bytes = 0;

  constructor(options: ParserOptions) {
    this.#options = options;
    this.#fields = new Map(options.fields.map((field) => [field.name, field]));
    this.#parser = parse({
      bom: true,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: MAX_LINE,
      // An empty text is quoted; an empty value is null.
      cast: (value, { quoting }) => (value === '' && !quoting ? null : value),
    });
    // It is set at once, and the event comes later.
    this.#parser.on('error', () => {});
  }

  push(bytes: Uint8Array, lines: number): CsvRecord[] {
    this.#checkEncoding(lines, () => this.#decoder.decode(bytes, { stream: true }));
    this.#parser.write(bytes);
    return this.#read();
  }

  end(lines: number): CsvRecord[] {
    this.#checkEncoding(lines, () => this.#decoder.decode());
    this.#parser.end();
    const records = this.#read();
    if (!this.#header && !this.#parser.errored)
      throw new MalformedImport('malformed_csv', 1, 'The header is missing');
    return records;
  }

  #checkEncoding(lines: number, decode: () => void): void {
    try {
      decode();
    } catch {
      throw new MalformedImport('malformed_csv', lines + 1, 'The body is not valid UTF-8');
    }
  }

  #read(): CsvRecord[] {
    const records: CsvRecord[] = [];
    for (let read = this.#next(); read; read = this.#next()) {
      const { record, info } = read;
      const size = info.bytes - this.#bytes;
      this.#bytes = info.bytes;
      if (this.#header) records.push({ size, ...this.#itemOf(this.#header, record) });
      else {
        this.#header = this.#checkedHeader(record);
        records.push({ size });
      }
    }
    return records;
  }

  /** @throws {MalformedImport} if no record can be read after this line. */
  check(line: number): void {
    const { errored } = this.#parser;
    if (errored) throw new MalformedImport('malformed_csv', line + 1, messageOf(errored));
  }

  #next(): { record: (string | null)[]; info: Info } | null {
    return this.#parser.read();
  }

  /** @throws {MalformedImport} if a column is unknown, missing or repeated. */
  #checkedHeader(record: readonly (string | null)[]): string[] {
    const names = record.map((name) => (name ?? '').trim());
    const { fields, ignored } = this.#options;
    const problem = (message: string) => new MalformedImport('malformed_csv', 1, message);
    for (const [index, name] of names.entries()) {
      if (names.indexOf(name) !== index) throw problem(`The column ${JSON.stringify(name)} is repeated`);
      if (!this.#fields.has(name) && !ignored.includes(name))
        throw problem(`The column ${JSON.stringify(name.slice(0, 100))} is unknown`);
    }
    const missing = fields.find(({ name, isOptional }) => !isOptional && !names.includes(name));
    if (missing) throw problem(`The column ${JSON.stringify(missing.name)} is missing`);
    return names;
  }

  #itemOf(header: readonly string[], record: readonly (string | null)[]): Omit<CsvRecord, 'size'> {
    if (record.length !== header.length)
      return { failure: `The record has ${record.length} values instead of ${header.length}` };
    const item: Record<string, unknown> = {};
    for (const [index, name] of header.entries()) {
      const field = this.#fields.get(name);
      const value = field && fieldValue(field, record[index] ?? null);
      if (value !== undefined) item[name] = value;
    }
    return { item };
  }
}

/** The value of a field; undefined if it is absent. */
function fieldValue({ schema, isNullable, isOptional }: ImportField, text: string | null): unknown {
  if (text === null) return isNullable ? null : isOptional ? undefined : '';
  if (schema.type === 'number' && NUMBER.test(text)) return Number(text);
  return schema.type === 'string' ? unescapeFormula(text) : coerceText(text, schema);
}

/** The message of csv-parse, without the text of the client. */
function messageOf(error: Error & { code?: string }): string {
  const messages: Readonly<Record<string, string>> = {
    CSV_MAX_RECORD_SIZE: `A record has more than ${MAX_LINE} bytes`,
    CSV_QUOTE_NOT_CLOSED: 'A quote is not closed',
    CSV_INVALID_CLOSING_QUOTE: 'A quote is followed by other characters than a delimiter',
    INVALID_OPENING_QUOTE: 'A quote opens inside a value',
  };
  return messages[error.code ?? ''] ?? 'The CSV is malformed';
}
