/** The names of a resource. */
export interface Names {
  /** For statements and sentences, as in `song`. */
  readonly one: string;
  readonly many: string;
  /** With its article, as in `a song`. */
  readonly a: string;
  /** For models and operations, as in `Song`. */
  readonly model: string;
  readonly models: string;
  /** For error codes, as in `song`. */
  readonly code: string;
  readonly table: string;
  /** As in `/songs`. */
  readonly path: string;
  readonly scopes: Scopes;
}

/** The scopes of a resource, for tokens and API keys. */
export interface Scopes {
  /** As in `songs:read`. */
  readonly read: string;
  readonly write: string;
  /** Access to the rows of all owners, of a resource whose rows have owners. */
  readonly all: string;
}

/** Derives the names of a resource from the camel-case names of its declaration. */
export function namesOf({ name, plural }: { name: string; plural: string }): Names {
  const separated = (text: string, separator: string) =>
    text.replaceAll(/[A-Z]/g, (letter) => separator + letter.toLowerCase());
  const inPascalCase = (text: string) => text.slice(0, 1).toUpperCase() + text.slice(1);
  const one = separated(name, ' ');
  const collection = separated(plural, '-');
  return {
    one,
    many: separated(plural, ' '),
    a: `${/^[aeiou]/.test(one) ? 'an' : 'a'} ${one}`,
    model: inPascalCase(name),
    models: inPascalCase(plural),
    code: separated(name, '_'),
    table: separated(plural, '_'),
    path: `/${collection}`,
    scopes: { read: `${collection}:read`, write: `${collection}:write`, all: `${collection}:all` },
  };
}
