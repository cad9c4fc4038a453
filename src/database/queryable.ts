import type { QueryConfig, QueryResult, QueryResultRow } from 'pg';

/** What a repository needs of the database: a pool, or one client of it. */
export interface Queryable {
  query<Row extends QueryResultRow>(query: QueryConfig): Promise<QueryResult<Row>>;
}
