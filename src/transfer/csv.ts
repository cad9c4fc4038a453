import { stringify } from 'csv-stringify/sync';

/**
 * Text that a spreadsheet evaluates as a formula, also after leading blanks (OWASP, CSV injection), and text that looks as if
 * it was escaped.
 */
const FORMULA = /^'*\s*[=+\-@＝＋－＠\t\r]/;
const ESCAPED = /^'+\s*[=+\-@＝＋－＠\t\r]/;

/** Text that no spreadsheet evaluates: a formula gets a leading apostrophe. */
export const escapeFormula = (text: string): string => (FORMULA.test(text) ? `'${text}` : text);

/** The inverse of {@link escapeFormula}. */
export const unescapeFormula = (text: string): string => (ESCAPED.test(text) ? text.slice(1) : text);

/** A row of CSV: null is empty, an empty text is quoted, and texts are never formulas. */
export function csvRows(fields: readonly string[], rows: readonly object[]): string {
  return stringify([...rows], { columns: [...fields], record_delimiter: 'windows', cast: CAST });
}

/** The header of a CSV document. */
export const csvHeader = (fields: readonly string[]): string =>
  stringify([[...fields]], { record_delimiter: 'windows' });

const CAST = {
  boolean: String,
  number: String,
  string: (text: string) => (text === '' ? { value: '', quoted_empty: true } : escapeFormula(text)),
};
