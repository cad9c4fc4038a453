import { createHash } from 'node:crypto';
import { DatabaseError, type Pool, type PoolClient, type QueryResult, type QueryResultRow } from 'pg';
import { CircuitBreaker } from './circuit-breaker.ts';
import { codeOf, connectFailure, DatabaseUnavailable, queryFailure } from './failures.ts';

/** One statement in SQL, with a value for each of its parameters. */
export interface Statement {
  text: string;
  values?: unknown[];
  /** Whether the best plan depends on the values, so that the statement is planned for them each time. */
  isPlannedForValues?: boolean;
}

/** The result of a statement. */
export type Rows<Row extends QueryResultRow> = Pick<QueryResult<Row>, 'rows' | 'rowCount'>;

/** The database for repositories: a pool, or one client of a pool. */
export interface Queryable {
  query<Row extends QueryResultRow>(statement: Statement): Promise<Rows<Row>>;
}

/** The pools of a repository; both may be the same. */
export interface RepositoryDatabases {
  /** For quick statements: reads by id and writes. */
  main: Queryable;
  /** For slow reads: lists and counts. */
  lists: Queryable;
}

/** The load of a pool, now. */
export interface PoolLoad {
  open: number;
  idle: number;
  waiting: number;
}

export interface PooledDatabaseOptions {
  /** The time in milliseconds after which a connection discards its plans. */
  planLifetime?: number;
}

/**
 * SQLSTATEs of a prepared statement that no longer matches its session: the type of a column has changed, or a pooler
 * has assigned the session to another client in between.
 */
const STALE_STATES: readonly unknown[] = [
  '0A000', // cached plan must not change result type
  '26000', // the prepared statement does not exist
  '42P05', // the prepared statement already exists
];

/**
 * The pool for repositories. Only this class converts errors of the server, the driver and the network to the
 * kinds of src/database/failures.ts.
 */
export class PooledDatabase implements Queryable {
  readonly #pool: Pool;
  readonly #planLifetime: number;
  /** The time at which each connection last discarded its plans (`performance.now()`). */
  readonly #plannedAt = new WeakMap<PoolClient, number>();
  /** The number of open connections. */
  #connected: number;
  /** Rejects the statements that wait for a connection. */
  readonly #waiting = new Set<(failure: DatabaseUnavailable) => void>();
  readonly #breaker = new CircuitBreaker(() => this.#run({ text: 'SELECT 1' }));

  constructor(pool: Pool, { planLifetime = 5_000 }: PooledDatabaseOptions = {}) {
    this.#pool = pool;
    this.#planLifetime = planLifetime;
    this.#connected = pool.totalCount;
    pool.on('connect', () => {
      this.#connected++;
    });
    pool.on('remove', () => {
      this.#connected--;
    });
  }

  /** The open connections, those of them that are idle, and the statements that wait for one. */
  get load(): PoolLoad {
    const { totalCount: open, idleCount: idle, waitingCount: waiting } = this.#pool;
    return { open, idle, waiting };
  }

  /** Whether statements fail at once, because the database does not respond. */
  get isCircuitOpen(): boolean {
    return this.#breaker.isOpen;
  }

  /** The maximum number of connections. */
  get connections(): number {
    return this.#pool.options.max;
  }

  /**
   * Runs one statement on a connection of the pool. The connection parses and plans each text once, unless the
   * statement is planned for its values.
   *
   * @throws {DatabaseUnavailable} if there is no connection, the statement fails for a transient reason, or the circuit is
   * open after such failures.
   * @throws {UniqueViolation} if a unique constraint is violated.
   * @throws {IdsExhausted} if the table has no ids left.
   */
  query<Row extends QueryResultRow>(statement: Statement): Promise<Rows<Row>> {
    return this.#breaker.run(() => this.#run<Row>(statement));
  }

  async #run<Row extends QueryResultRow>({
    text,
    values,
    isPlannedForValues = false,
  }: Statement): Promise<Rows<Row>> {
    const client = await this.#connect();
    try {
      if (this.#hasOldPlans(client)) await client.query('DISCARD PLANS');
      const name = isPlannedForValues ? '' : nameOf(text);
      const result = await client.query<Row>({ name, text, values });
      client.release();
      return takeRows(result);
    } catch (error) {
      if (!STALE_STATES.includes(codeOf(error))) throw released(client, error);
    }
    // The server reported the failure, so a retry is safe. Without a name the statement always runs.
    try {
      const result = await client.query<Row>({ text, values });
      // The other statements of this session are stale as well.
      client.release(true);
      return result;
    } catch (error) {
      throw released(client, error);
    }
  }

  /**
   * PostgreSQL plans a prepared statement for the current size of its tables and replans it only after an ANALYZE. A
   * plan for three rows scans the whole table after it has grown. Plans are therefore discarded periodically; a new one
   * takes less than a millisecond.
   *
   * @returns Whether the connection must discard its plans now; its next time is then counted from here.
   */
  #hasOldPlans(client: PoolClient): boolean {
    const now = performance.now();
    const plannedAt = this.#plannedAt.get(client);
    if (plannedAt !== undefined && now - plannedAt < this.#planLifetime) return false;
    this.#plannedAt.set(client, now);
    return plannedAt !== undefined;
  }

  #connect(): Promise<PoolClient> {
    return new Promise((resolve, reject) => {
      this.#waiting.add(reject);
      this.#pool.connect((error, client, release) => {
        const isWaiting = this.#waiting.delete(reject);
        if (client === undefined) {
          const failure = connectFailure(error);
          reject(failure);
          // An error that the server reports concerns this attempt only and arrives quickly: others may succeed.
          if (this.#connected === 0 && !(error instanceof DatabaseError)) this.#failWaiting(failure);
        } else if (isWaiting) {
          resolve(client);
        } else {
          release();
        }
      });
    });
  }

  /** Fails all statements that wait for a connection, instead of letting each one time out in sequence. */
  #failWaiting(failure: DatabaseUnavailable): void {
    for (const reject of this.#waiting) reject(failure);
    this.#waiting.clear();
  }
}

/**
 * Runs statements in one transaction, on one connection: the function must not use another one, because the embedded PostgreSQL
 * has no other.
 *
 * @throws as {@link PooledDatabase.query}, and the errors of the function; nothing is written.
 */
export async function transaction<Result>(
  pool: Pool,
  run: (client: Queryable) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect().catch((error: unknown) => {
    throw connectFailure(error);
  });
  const query = async <Row extends QueryResultRow>({ text, values }: Statement) => {
    try {
      return takeRows(await client.query<Row>({ text, ...(values && { values }) }));
    } catch (error) {
      throw queryFailure(error);
    }
  };
  let isBroken = false;
  try {
    await query({ text: 'BEGIN' });
    const result = await run({ query });
    await query({ text: 'COMMIT' });
    return result;
  } catch (error) {
    const [rollback] = await Promise.allSettled([client.query('ROLLBACK')]);
    isBroken = error instanceof DatabaseUnavailable || rollback.status === 'rejected';
    throw error;
  } finally {
    client.release(isBroken);
  }
}

/**
 * Takes the rows out of a result. The driver keeps its queries reachable until a collection of the old generation, and the rows
 * with them: each collection of the young generation would copy them.
 */
export function takeRows<Row extends QueryResultRow>(result: QueryResult<Row>): Rows<Row> {
  const { rows, rowCount } = result;
  result.rows = [];
  return { rows, rowCount };
}

/** Releases a connection after an error, and returns the failure as one of the database's own kinds. */
function released(client: PoolClient, error: unknown): unknown {
  const failure = queryFailure(error);
  // An error that the server reports leaves the session intact. After any other error its state is unknown.
  const isIntact = error instanceof DatabaseError && !(failure instanceof DatabaseUnavailable);
  client.release(!isIntact);
  return failure;
}

/** The names of all statements: one per combination of filters and sort order, a few hundred. */
const names = new Map<string, string>();

/**
 * The name of a prepared statement: a hash of its text, so that each connection prepares it once. Instances and
 * releases that share sessions behind a pooler use the same name for the same text only.
 */
function nameOf(text: string): string {
  const known = names.get(text);
  if (known !== undefined) return known;
  const name = `setlist-${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
  names.set(text, name);
  return name;
}
