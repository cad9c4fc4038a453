import {
  DatabaseError,
  type Pool,
  type PoolClient,
  type QueryConfig,
  type QueryResult,
  type QueryResultRow,
} from 'pg';
import { connectFailure, DatabaseUnavailable, queryFailure } from './failures.ts';
import type { Queryable } from './queryable.ts';

/**
 * The pool as repositories see it. This is the one place in which errors of the server, the driver and the network
 * become the database's own kinds; errors from anywhere else are never failures of the database.
 */
export class PooledDatabase implements Queryable {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** How many connections the pool has at most. */
  get connections(): number {
    return this.#pool.options.max;
  }

  /**
   * Runs one statement on a connection of the pool.
   *
   * @throws {DatabaseUnavailable} when there is no connection, or the statement fails for a transient reason.
   * @throws {UniqueViolation} when two rows would be equal.
   */
  async query<Row extends QueryResultRow>(statement: QueryConfig): Promise<QueryResult<Row>> {
    const client = await this.#connect();
    try {
      const result = await client.query<Row>(statement);
      client.release();
      return result;
    } catch (error) {
      const failure = queryFailure(error);
      // An error that the server reports leaves the session intact. After any other its state is not known.
      const isIntact = error instanceof DatabaseError && !(failure instanceof DatabaseUnavailable);
      client.release(!isIntact);
      throw failure;
    }
  }

  async #connect(): Promise<PoolClient> {
    try {
      return await this.#pool.connect();
    } catch (error) {
      throw connectFailure(error);
    }
  }
}
