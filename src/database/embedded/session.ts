import { messages, type PGlite, protocol } from '@electric-sql/pglite';

const { serialize } = protocol;

/** The bytes of a ReadyForQuery message: `Z`, its length, and the status of the transaction. */
const READY_LENGTH = 6;
const READY = Buffer.from([0x5a, 0, 0, 0, 5]);
const IDLE = 'I'.charCodeAt(0);

/** Messages whose response ends with ReadyForQuery: Query, Sync and FunctionCall. */
const EXPECTS_READY: ReadonlySet<number> = new Set(['Q', 'S', 'F'].map((type) => type.charCodeAt(0)));

/** The session of PGlite, used through PostgreSQL's protocol. Every call is synchronous. */
export class Session {
  readonly #database: PGlite;
  #atRest = true;
  #executed = 0;

  constructor(database: PGlite) {
    this.#database = database;
  }

  /** Whether no transaction is open and no message of an exchange is outstanding. */
  get atRest(): boolean {
    return this.#atRest;
  }

  /** The number of executed messages of clients. */
  get executed(): number {
    return this.#executed;
  }

  /**
   * Executes one message of a client and returns the response.
   *
   * @throws {Error} if a required response is missing: PostgreSQL has failed permanently without an error of PGlite, and
   *   the thread must end.
   */
  execute(message: Uint8Array): Buffer {
    this.#executed++;
    return this.#execute(message);
  }

  /** Executes the startup message of a connection and returns the response. */
  start(message: Uint8Array): Buffer {
    return this.#run(message);
  }

  /** Runs one statement outside of a transaction and returns its rows. The session must be at rest. */
  query(sql: string): (string | null)[][] {
    const rows: (string | null)[][] = [];
    let failure: Error | undefined;
    new protocol.Parser().parse(this.#execute(serialize.query(sql)), (message) => {
      if (message instanceof messages.DataRowMessage) rows.push(message.fields);
      if (message instanceof messages.DatabaseError) failure = message;
    });
    if (failure) throw failure;
    return rows;
  }

  /**
   * Resets the session: rolls back an open transaction, and drops the prepared statements and settings of the last
   * client.
   */
  reset(): void {
    // After an error, PostgreSQL ignores all messages until Sync.
    this.#execute(serialize.sync());
    if (!this.#atRest) this.#execute(serialize.query('ROLLBACK'));
    this.#execute(serialize.query('DISCARD ALL'));
  }

  #execute(message: Uint8Array): Buffer {
    const response = this.#run(message);
    const end = response.subarray(-READY_LENGTH);
    const isReady = READY.equals(end.subarray(0, -1));
    if (!isReady && EXPECTS_READY.has(message[0] ?? 0)) throw new Error('PostgreSQL has failed');
    this.#atRest = isReady && end.at(-1) === IDLE;
    return response;
  }

  #run(message: Uint8Array): Buffer {
    const chunks: Buffer[] = [];
    // Synchronous, although it returns a promise; a rejection ends the thread, like every failure of PostgreSQL. The
    // bytes are memory of PostgreSQL, so they are copied.
    void this.#database.execProtocolRawStream(message, {
      syncToFs: false,
      onRawData: (bytes) => void chunks.push(Buffer.from(bytes)),
    });
    return chunks.length === 1 ? (chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(chunks);
  }
}
