import { namesOf } from '../../schemas/resource-names.ts';
import { columnName } from '../../src/crud/columns.ts';
import { NULL_RANKS } from '../../src/crud/cursor.ts';
import { isFilterable, isSearchable, isSortable } from './declaration.ts';
import { type FieldType, type NewField, RequestError, type Scalar } from './field.ts';
import type { NewResource } from './request.ts';

const columnTypes: Record<FieldType, string> = {
  string: 'text COLLATE "C"',
  text: 'text COLLATE "C"',
  integer: 'integer',
  number: 'double precision',
  boolean: 'boolean',
  date: 'date',
  instant: 'timestamptz(3)',
  uuid: 'uuid',
  enum: 'text COLLATE "C"',
};

/** Null sorts after all values, as in the lists of `src/crud`. */
const nullRanks: Partial<Record<FieldType, string>> = {
  string: NULL_RANKS.text.sql,
  integer: NULL_RANKS.integer.sql,
  number: NULL_RANKS.number.sql,
  date: NULL_RANKS.date.sql,
  instant: NULL_RANKS.moment.sql,
};

/** PostgreSQL truncates longer names. */
const MAX_IDENTIFIER = 63;

/**
 * Writes the migration: the table with the checks of the schema, and an index for each sort key and each filter with
 * many values.
 *
 * @throws {RequestError} if the name of an index would be too long.
 */
export function renderMigration(resource: NewResource): string {
  const { fields, unique } = resource;
  const { table, code } = namesOf(resource);
  const columns = [
    'id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY',
    ...fields.map(columnDefinition),
    'created_at timestamptz(3) NOT NULL DEFAULT now()',
    'updated_at timestamptz(3) NOT NULL DEFAULT now()',
    '-- A new value with each write; random, so that an ETag never repeats, even in a restored database.\n  version uuid NOT NULL DEFAULT gen_random_uuid()',
  ];
  if (unique.length > 0) {
    const names = unique.map(({ name }) => columnName(name));
    const constraint = identifier([table, ...names, 'key'].join('_'));
    columns.push(`CONSTRAINT ${constraint} UNIQUE (${names.join(', ')})`);
  }
  const indexed = fields.filter(
    // The index of the constraint begins with the first unique field.
    (field) => field !== unique[0] && (isSortable(field) || (isFilterable(field) && field.type === 'uuid')),
  );
  const indexes = [
    ...indexed.map((field) => [columnName(field.name), sortExpression(field)]),
    ['creation', 'created_at'],
    ['update', 'updated_at'],
  ].map(
    ([name, expression]) =>
      `CREATE INDEX IF NOT EXISTS ${identifier(`${table}_by_${name}`)} ON ${table} (${expression}, id);`,
  );
  const searched = fields.filter(isSearchable).map(({ name }) => `'${columnName(name)}'`);
  const searchIndex = `
-- For searches, where the server has trigrams.
SELECT setlist_index_search('${table}', ${searched.join(', ')});
`;
  return `CREATE TABLE IF NOT EXISTS ${table} (
  ${columns.join(',\n  ')}
);

-- One for each sort key. Null sorts after all values.
${indexes.join('\n')}
${searched.length === 0 ? '' : searchIndex}
-- Its changes are events.
SELECT setlist_record_changes_of('${table}', '${code}');
`;
}

function columnDefinition(field: NewField): string {
  const { type, isNullable, default: value } = field;
  const name = columnName(field.name);
  const check = condition(field, name);
  return [
    name,
    columnTypes[type],
    ...(isNullable ? [] : ['NOT NULL']),
    ...(value === undefined ? [] : [`DEFAULT ${literal(value)}`]),
    ...(check === undefined ? [] : [`CHECK (${check})`]),
  ].join(' ');
}

/** The constraint of the schema on a value that is not null. */
function condition({ type, values, min, max }: NewField, name: string): string | undefined {
  switch (type) {
    case 'string':
    case 'text':
      return range(`char_length(${name})`, min === 0 ? undefined : min, max);
    case 'integer':
      return range(name, min, max);
    case 'number':
      // In PostgreSQL, NaN is greater than infinity.
      return range(name, min, max) ?? `abs(${name}) < 'Infinity'`;
    case 'date':
      return range(name, '1000-01-01', '9999-12-31');
    case 'instant':
      return range(name, '1000-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z');
    case 'enum':
      return `${name} IN (${values.map(literal).join(', ')})`;
    default:
      return undefined;
  }
}

function range(expression: string, min: number | string | undefined, max: number | string | undefined) {
  if (min !== undefined && max !== undefined) {
    return `${expression} BETWEEN ${literal(min)} AND ${literal(max)}`;
  }
  if (min !== undefined) return `${expression} >= ${literal(min)}`;
  return max === undefined ? undefined : `${expression} <= ${literal(max)}`;
}

const literal = (value: Scalar): string =>
  typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value);

function sortExpression({ name, type, isNullable }: NewField): string {
  const rank = nullRanks[type];
  return isNullable && rank !== undefined ? `coalesce(${columnName(name)}, ${rank})` : columnName(name);
}

/** @throws {RequestError} if PostgreSQL would truncate the name. */
function identifier(name: string): string {
  if (name.length > MAX_IDENTIFIER) {
    throw new RequestError(
      `PostgreSQL would truncate the name ${name}: shorten the names of the resource and its fields.`,
    );
  }
  return name;
}
