export type Format = 'csv' | 'ndjson';

/** A field of the imported rows. */
export interface ImportField {
  readonly name: string;
  /** The schema of its values, without null. */
  readonly schema: { readonly type?: unknown };
  readonly isNullable: boolean;
  readonly isOptional: boolean;
}

/** Plain data: a worker thread receives a copy. */
export interface ParserOptions {
  readonly format: Format;
  /** The schema of a create. */
  readonly create: object;
  readonly fields: readonly ImportField[];
  /** The columns of an export that an import ignores. */
  readonly ignored: readonly string[];
  /** The lines that an earlier import has processed: their size in bytes, and their SHA-256. */
  readonly processed: { readonly bytes: number; readonly digest: Uint8Array | null };
  readonly batchSize: number;
}

/** A body that cannot be imported beyond a line. The message is for the client. */
export class MalformedImport extends Error {
  readonly code: string;
  readonly line: number;

  constructor(code: string, line: number, message: string) {
    super(message);
    this.code = code;
    this.line = line;
  }
}

/** The code of a body that differs from the lines that were processed before. */
export const OTHER_CONTENT = 'other_content';

/** The maximum size of a line, in bytes. */
export const MAX_LINE = 1_048_576;
