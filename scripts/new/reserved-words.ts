import { isKeyword, isStrictBindReservedWord } from '@babel/helper-validator-identifier';

/**
 * The words that PostgreSQL only accepts as names of columns and tables if they are quoted: the result of
 * `SELECT word FROM pg_get_keywords() WHERE catcode IN ('R', 'T')` on PostgreSQL 15 and 18. A test compares the list with
 * the database.
 */
export const SQL_RESERVED: ReadonlySet<string> = new Set(
  `all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation
  column concurrently constraint create cross current_catalog current_date current_role current_schema current_time
  current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign freeze
  from full grant group having ilike in initially inner intersect into is isnull join lateral leading left like limit
  localtime localtimestamp natural not notnull null offset on only or order outer overlaps placing primary references
  returning right select session_user similar some symmetric system_user table tablesample then to trailing true union
  unique user using variadic verbose when where window with`.split(/\s+/),
);

/** Whether the name is invalid for a constant in a module. */
export const isReservedInTypeScript = (name: string): boolean =>
  isKeyword(name) || isStrictBindReservedWord(name, true) || name === 'undefined';
