import type { SortKeyKind } from '../../schemas/pagination.ts';
import type { AnyResource } from '../../schemas/resource.ts';
import type { FieldKind } from '../../schemas/resource-fields.ts';
import { NULL_RANKS } from './cursor.ts';

/** The column of a field. */
export interface Column {
  /** The name of the field in the contract. */
  readonly field: string;
  readonly name: string;
  /** Its type in SQL. */
  readonly type: string;
  readonly isNullable: boolean;
  /** The value if the field is absent from a create. */
  readonly default: unknown;
}

/** The types of columns. In the migrations, texts and enums have the collation `C`. */
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

/** The SQL types of the values in a cursor. */
export const keyTypes: Record<SortKeyKind, string> = {
  integer: 'bigint',
  number: 'double precision',
  instant: 'timestamptz',
  moment: 'timestamptz',
  date: 'date',
  text: 'text',
};

/** The name of the column of a field: its name in snake case. */
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

/** The columns of an insert: those that clients write, and the owner. */
export const insertedColumns = (resource: Pick<AnyResource, 'fields' | 'owned'>): Column[] =>
  resource.owned ? [...columnsOf(resource), OWNER_COLUMN] : columnsOf(resource);

const OWNER_COLUMN: Column = { field: 'owner', name: 'owner', type: 'text', isNullable: true, default: null };

/** The select list of the given fields, under their names in the contract. */
export const selected = (fields: readonly string[]): string =>
  fields
    .map((field) => (columnName(field) === field ? field : `${columnName(field)} AS "${field}"`))
    .join(', ');

/**
 * The SQL expression of a sort key, equal to the one in the index: the column, or, if it is nullable, the column with null
 * replaced by a value after all others.
 */
export function sortExpression(name: string, { fields, sortKeys }: AnyResource): string {
  const column = columnName(name);
  const kind = sortKeys[name];
  return kind && fields[name]?.isNullable ? `coalesce(${column}, ${NULL_RANKS[kind].sql})` : column;
}

/** The select list of a row: its fields under their names in the contract, and its `version`. */
export const returnedColumns = ({ fields, stamps }: Pick<AnyResource, 'fields' | 'stamps'>) =>
  selected(['id', ...Object.keys(fields), ...stamps, 'version']);

/** Values by field. */
export type Values = Readonly<Record<string, unknown>>;

/** An item to insert. */
export interface NewRow<Create = Values> {
  readonly item: Create;
  /** The owner of the row, if the resource has owners. */
  readonly owner?: string | undefined;
  /** The source of the change; see `sourceOf`. */
  readonly source?: string | undefined;
}

/** The parameters of an insert: the values of each column. */
export const createValues = (columns: readonly Column[], rows: readonly NewRow[]): unknown[][] =>
  columns.map((column) =>
    column === OWNER_COLUMN
      ? rows.map(({ owner }) => owner)
      : rows.map(({ item: { [column.field]: given = column.default } }) => given),
  );
