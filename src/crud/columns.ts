import type { SortKeyKind } from '../../schemas/pagination.ts';
import type { AnyResource } from '../../schemas/resource.ts';
import type { FieldKind } from '../../schemas/resource-fields.ts';
import { NULL_RANKS } from './cursor.ts';

/** The column of a field. */
export interface Column {
  /** The name of the field, as clients see it. */
  readonly field: string;
  readonly name: string;
  /** Its type in SQL. */
  readonly type: string;
  readonly isNullable: boolean;
  /** The value where a create leaves the field out. */
  readonly default: unknown;
}

/** The types of columns. Texts, enums included, have the collation `C` in the migrations. */
const columnTypes: Record<FieldKind, string> = {
  string: 'text',
  text: 'text',
  integer: 'integer',
  number: 'double precision',
  boolean: 'boolean',
  date: 'date',
  instant: 'timestamptz',
  uuid: 'uuid',
  enum: 'text',
};

/** The types to which the values of a cursor are cast. */
export const keyTypes: Record<SortKeyKind, string> = {
  integer: 'bigint',
  number: 'double precision',
  instant: 'timestamptz',
  moment: 'timestamptz',
  date: 'date',
  text: 'text',
};

/** The name of the column of a field: the same in snake case. */
export const columnName = (field: string): string =>
  field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** The columns that clients write, in the order of the declaration. */
export const columnsOf = ({ fields }: Pick<AnyResource, 'fields'>): Column[] =>
  Object.entries(fields).map(([field, { kind, isNullable, default: value }]) => ({
    field,
    name: columnName(field),
    type: columnTypes[kind],
    isNullable,
    default: value,
  }));

/** What a statement selects of the given fields, under the names that clients see. */
export const selected = (fields: readonly string[]): string =>
  fields
    .map((field) => (columnName(field) === field ? field : `${columnName(field)} AS "${field}"`))
    .join(', ');

/**
 * The SQL expression by which a list is sorted, the same as in the index: the column, or, where it may be null, the
 * column with a value after all others in place of null.
 */
export function sortExpression(name: string, { fields, sortKeys }: AnyResource): string {
  const column = columnName(name);
  const kind = sortKeys[name];
  return kind && fields[name]?.isNullable ? `coalesce(${column}, ${NULL_RANKS[kind].sql})` : column;
}
