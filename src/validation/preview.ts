const MAX_TEXT = 100;
const MAX_ENTRIES = 10;
const MAX_DEPTH = 2;

/** A text of at most 100 characters; a longer one is cut and ends in an ellipsis. */
export function previewText(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT).toWellFormed()}…` : text;
}

/**
 * A copy of a JSON value that is cheap to send back: texts are cut at 100 characters, objects and arrays at 10
 * entries and two levels. What is left out is shown as an ellipsis.
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
