/** The examples of a declaration: request bodies, without ids and stamps. */
export interface GivenExamples<Create> {
  /** The rows of the list. */
  rows: readonly [Create, ...Create[]];
  /** The creation time of the rows; the default is the creation time of the created row. */
  at?: string;
  /** The body of a create; the default is the first row. */
  create?: Create;
  /** The body of an update. */
  update: Partial<Create>;
}

/** An example of a row or body. */
export type Example = Readonly<Record<string, unknown>>;

/** The examples of a resource, as requests and responses contain them. */
export interface Examples {
  readonly rows: readonly Example[];
  readonly create: Example;
  readonly update: Example;
  /** The body of a PUT, if it differs from the body of a create. */
  readonly replace: Example | undefined;
  /** The row after the create. */
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
