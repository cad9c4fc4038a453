import { isDeepStrictEqual } from 'node:util';
import type { Header, Reference, Response } from './generated-document.ts';

/** A response that operations of a path declare, and the references to it. */
interface SharedResponse {
  path: string;
  response: Response;
  references: Reference[];
}

/** Replaces equal responses and headers of several operations by references to shared components. */
export class SharedComponents {
  readonly headers: Record<string, Header> = {};
  /** By the names of their examples. */
  readonly #responses = new Map<string, SharedResponse[]>();

  /**
   * Shares the headers of a response, and the response itself where its content has named examples, as errors have.
   *
   * @param path The path of the operation, as in `/songs/{id}`.
   */
  response(path: string, response: Response): Response | Reference {
    const headers = Object.entries(response.headers ?? {});
    const shared: Response = {
      ...response,
      headers: Object.fromEntries(headers.map(([name, header]) => [name, this.#header(name, header)])),
    };
    const [media] = Object.values(response.content ?? {});
    if (media?.examples === undefined) return shared;
    return this.#share(Object.keys(media.examples).join('Or'), path, shared);
  }

  /**
   * Names the shared responses and completes the references to them. A response that is equal on all paths is named after
   * its examples; otherwise the name begins with the path, as in `SongsByIdInvalidId`.
   */
  responses(): Record<string, Response> {
    const named: Record<string, Response> = {};
    for (const [name, variants] of this.#responses) {
      const isSame = variants.every(({ response }) => isDeepStrictEqual(response, variants[0]?.response));
      for (const { path, response, references } of variants) {
        const full = isSame ? name : inPascalCase(path) + name;
        named[full] = response;
        for (const reference of references) reference.$ref = `#/components/responses/${full}`;
      }
    }
    return named;
  }

  /** @throws {Error} if the path has another response with these examples. */
  #share(name: string, path: string, response: Response): Reference {
    const reference = { $ref: '' };
    const variants = this.#responses.get(name) ?? [];
    this.#responses.set(name, variants);
    const known = variants.find((variant) => variant.path === path);
    if (!known) variants.push({ path, response, references: [reference] });
    else if (isDeepStrictEqual(known.response, response)) known.references.push(reference);
    else throw new Error(`Two different responses of ${path} are called ${name} in the document`);
    return reference;
  }

  /** @throws {Error} if another header has the name. */
  #header(name: string, header: Header | Reference): Reference {
    if ('$ref' in header) return header;
    this.headers[name] ??= header;
    if (!isDeepStrictEqual(this.headers[name], header))
      throw new Error(`Two different headers are called ${name} in the document`);
    return { $ref: `#/components/headers/${name}` };
  }
}

/** A path as a part of a name: `SongsById` for `/songs/{id}`. */
const inPascalCase = (path: string) =>
  path
    .replaceAll('{', 'by-')
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('');
