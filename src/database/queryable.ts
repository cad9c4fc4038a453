import type { QueryResult, QueryResultRow } from 'pg';

/** One statement in SQL, with a value for each of its parameters. */
export interface Statement {
  text: string;
  values?: unknown[];
}

/** The database as repositories use it: a pool, or one client of a pool. */
export interface Queryable {
  query<Row extends QueryResultRow>(statement: Statement): Promise<QueryResult<Row>>;
}

/** The pools that a repository reads and writes with; they may be one. */
export interface RepositoryDatabases {
  /** For statements that are quick: reads by id and writes. */
  main: Queryable;
  /** For reads that may take long: lists and counts. */
  lists: Queryable;
}
