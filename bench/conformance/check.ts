import type { Send } from './client.ts';
import type { Tables } from './tables.ts';

/** The context of a check. */
export interface Trial {
  send: Send;
  tables: Tables;
  /** A unique text of 10 ASCII characters in all rows of this check; the rows are removed afterwards. */
  token: string;
  /** The maximum number of database connections of the peer, for all processes together. */
  poolMax: number;
}

/** A check of one rule of the contract. */
export interface Check {
  name: string;
  /**
   * Whether it needs exclusive tables, because it reads rows of others. It cannot be part of the sample during a
   * measurement.
   */
  isAlone?: boolean;
  /** @throws if the peer violates the rule; a `Mismatch` if a value differs from the expected one. */
  run(trial: Trial): Promise<void>;
}
