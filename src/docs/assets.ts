import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import serveStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { packageRoot } from '../package.ts';

/** The folder of the built assets of the docs pages. */
const FOLDER = join(packageRoot, 'dist', 'public');

/** The `Cache-Control` of an asset under the URL of its version, which never changes, and under any other URL. */
const IMMUTABLE = 'public, max-age=31536000, immutable';
const REVALIDATED = 'no-cache';

/** The text of an asset. */
export const assetText = (name: string): string => readFileSync(join(FOLDER, name), 'utf8');

/** The built files of the docs pages. The build has compressed them and hashed their contents. */
export class Assets {
  readonly #versions: ReadonlyMap<string, string>;

  constructor() {
    this.#versions = new Map(Object.entries<string>(JSON.parse(assetText('versions.json'))));
  }

  /** The URL of a file, with its version: during a deployment, another instance may have another file of this name. */
  versionedUrl(url: string, file: string): string {
    return `${url}?v=${this.#versions.get(file)}`;
  }

  /**
   * Serves files, in the coding that the client prefers.
   *
   * @param files Their names, by path.
   */
  async serve(scope: FastifyInstance, files: Readonly<Record<string, string>>): Promise<void> {
    await scope.register(serveStatic, { root: FOLDER, serve: false, preCompressed: true });
    for (const [path, file] of Object.entries(files)) {
      const version = this.#versions.get(file);
      scope.get<{ Querystring: { v?: unknown } }>(
        path,
        { schema: { hide: true } },
        async (request, reply) => {
          reply.header('cache-control', request.query.v === version ? IMMUTABLE : REVALIDATED);
          // Replaces the `Vary` of other responses.
          reply.header('vary', 'Origin, Accept-Encoding');
          return reply.sendFile(file, { cacheControl: false });
        },
      );
    }
  }
}
