import { isDeepStrictEqual } from 'node:util';
import type { Header, Reference, Response } from './generated-document.ts';

/** A part that operations of a path declare, and the references to it. */
interface Variant<Part> {
  path: string;
  part: Part;
  references: Reference[];
}

/** Replaces equal responses and headers of several operations with references to components. */
export class SharedComponents {
  readonly #headers = new Variants<Header>('headers');
  /** By the names of their examples. */
  readonly #responses = new Variants<Response>('responses');

  /**
   * Shares the headers of a response, and the response itself if it has named examples, as errors do.
   *
   * @param path The path of the operation, as in `/songs/{id}`.
   */
  response(path: string, response: Response): Response | Reference {
    const headers = Object.entries(response.headers ?? {}).map(([name, header]) => [
      name,
      '$ref' in header ? header : this.#headers.share(name, path, header),
    ]);
    const shared: Response = { ...response, headers: Object.fromEntries(headers) };
    const [media] = Object.values(response.content ?? {});
    if (media?.examples === undefined) return shared;
    return this.#responses.share(Object.keys(media.examples).join('Or'), path, shared);
  }

  /** Completes the references, and returns what they refer to. */
  components(): { headers: Record<string, Header>; responses: Record<string, Response> } {
    // Responses refer to headers: they are compared with complete references.
    const headers = this.#headers.named();
    return { responses: this.#responses.named(), headers };
  }
}

/** The components of one kind, while it is not known yet whether the paths differ in them. */
class Variants<Part> {
  readonly #kind: string;
  readonly #byName = new Map<string, Variant<Part>[]>();

  /** @param kind The member of `components`. */
  constructor(kind: string) {
    this.#kind = kind;
  }

  /** @throws {Error} if the path has another part of this name. */
  share(name: string, path: string, part: Part): Reference {
    const reference = { $ref: '' };
    const variants = this.#byName.get(name) ?? [];
    this.#byName.set(name, variants);
    const known = variants.find((variant) => variant.path === path);
    if (!known) variants.push({ path, part, references: [reference] });
    else if (isDeepStrictEqual(known.part, part)) known.references.push(reference);
    else throw new Error(`Two different ${this.#kind} of ${path} have the name ${name} in the document`);
    return reference;
  }

  /**
   * Names the parts and completes the references to them. A part that is equal on all paths has its own name; otherwise
   * the name begins with the path, as in `SongsByIdInvalidId`.
   */
  named(): Record<string, Part> {
    const named: Record<string, Part> = {};
    for (const [name, variants] of this.#byName) {
      const isSame = variants.every(({ part }) => isDeepStrictEqual(part, variants[0]?.part));
      for (const { path, part, references } of variants) {
        const full = isSame ? name : inPascalCase(path) + name;
        named[full] = part;
        for (const reference of references) reference.$ref = `#/components/${this.#kind}/${full}`;
      }
    }
    return named;
  }
}

/** A path as a part of a name: `SongsById` for `/songs/{id}`. */
const inPascalCase = (path: string) =>
  path
    .replaceAll('{', 'by-')
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('');
