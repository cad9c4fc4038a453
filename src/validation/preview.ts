const MAX_TEXT = 100;
const MAX_ENTRIES = 10;
const MAX_DEPTH = 2;

/** The first 100 characters of a text, with an ellipsis if it is longer. */
export function previewText(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT).toWellFormed()}…` : text;
}

/**
 * A copy of a JSON value of limited size: texts have at most 100 characters, objects and arrays 10 entries and two
 * levels. An ellipsis replaces omitted parts.
 */
export function preview(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return previewText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === MAX_DEPTH) return '…';
  if (Array.isArray(value)) {
    const items = value.slice(0, MAX_ENTRIES).map((item) => preview(item, depth + 1));
    return value.length > MAX_ENTRIES ? [...items, '…'] : items;
  }
  const entries = Object.entries(value);
  const shown = entries
    .slice(0, MAX_ENTRIES)
    .map(([key, item]) => [previewText(key), preview(item, depth + 1)]);
  return Object.fromEntries(entries.length > MAX_ENTRIES ? [...shown, ['…', '…']] : shown);
}
