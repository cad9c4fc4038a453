import type { Send } from './client.ts';
import type { Tables } from './tables.ts';

/** What a check has to work with. */
export interface Trial {
  send: Send;
  tables: Tables;
  /** A text that only this check's rows hold, 10 ASCII characters; they are removed after it. */
  token: string;
  /** How many connections the peer may have to the database, all its processes together. */
  poolMax: number;
}

/** One statement of the contract that a peer meets or not. */
export interface Check {
  name: string;
  /**
   * Whether it needs the tables for itself, since it looks at rows other than its own. During a measurement, when
   * others read and write, it cannot be sampled.
   */
  isAlone?: boolean;
  /** @throws when the peer does not meet it; a `Mismatch` where something was expected that did not come. */
  run(trial: Trial): Promise<void>;
}
