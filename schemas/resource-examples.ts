/** The examples of a declaration: what clients write, without ids and stamps. */
export interface GivenExamples<Create> {
  /** The first rows of the table, of which a list consists. */
  rows: readonly [Create, ...Create[]];
  /** When the rows were created; by default, when the created row was. */
  at?: string;
  /** The body of a create; by default the first row. */
  create?: Create;
  /** The body of an update. */
  update: Partial<Create>;
}

/** An example of a row or body. */
export type Example = Readonly<Record<string, unknown>>;

/** The examples of a resource, in the form in which they are sent. */
export interface Examples {
  readonly rows: readonly Example[];
  readonly create: Example;
  readonly update: Example;
  /** The body of a PUT, if it must differ from that of a create: the first row, because the created row is another one. */
  readonly replace: Example | undefined;
  /** The row that the create makes. */
  readonly created: Example;
  /** The first row. */
  readonly stored: Example;
  /** The first row after the update. */
  readonly updated: Example;
}

const CREATED_AT = '2026-11-20T07:28:35.123Z';
const UPDATED_AT = '2026-11-21T18:00:00.000Z';

/** Completes the examples of a declaration with ids and stamps. */
export function examplesOf<Create extends Example>(
  { rows, at = CREATED_AT, create, update }: GivenExamples<Create>,
  stamps: readonly string[],
): Examples {
  const [first] = rows;
  const row = (id: number, values: Example, instant: string) => ({
    id,
    ...values,
    ...Object.fromEntries(stamps.map((stamp) => [stamp, instant])),
  });
  const stored = row(1, first, at);
  return {
    rows: rows.map((values, index) => row(index + 1, values, at)),
    create: create ?? first,
    update,
    replace: create && first,
    created: create ? row(rows.length + 1, create, CREATED_AT) : stored,
    stored,
    updated: { ...stored, ...update, ...(stamps.includes('updatedAt') && { updatedAt: UPDATED_AT }) },
  };
}
