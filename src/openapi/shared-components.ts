import { isDeepStrictEqual } from 'node:util';
import type { Header, Reference, Response } from './generated-document.ts';

/** Replaces equal responses and headers of several operations by references to shared components. */
export class SharedComponents {
  readonly responses: Record<string, Response> = {};
  readonly headers: Record<string, Header> = {};

  /** Shares the headers of an answer, and the answer itself where its content has named examples, as errors have. */
  response(response: Response): Response | Reference {
    const headers = Object.entries(response.headers ?? {});
    const shared: Response = {
      ...response,
      headers: Object.fromEntries(headers.map(([name, header]) => [name, this.#header(name, header)])),
    };
    const [media] = Object.values(response.content ?? {});
    if (media?.examples === undefined) return shared;
    const name = Object.keys(media.examples).join('Or');
    keep(this.responses, name, shared);
    return { $ref: `#/components/responses/${name}` };
  }

  #header(name: string, header: Header | Reference): Reference {
    if ('$ref' in header) return header;
    keep(this.headers, name, header);
    return { $ref: `#/components/headers/${name}` };
  }
}

/** @throws {Error} if another component has the name. */
function keep<Component>(components: Record<string, Component>, name: string, component: Component): void {
  components[name] ??= component;
  if (!isDeepStrictEqual(components[name], component)) {
    throw new Error(`Two different things are called ${name} in the document`);
  }
}
