import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';

declare module 'fastify' {
  interface FastifyRequest {
    /**
     * Returns a value that the request depends on. It is made on first use, once per request, and disposed after the
     * response.
     *
     * @throws {TypeError} if the dependency depends on itself.
     */
    use<Value>(dependency: Dependency<Value>): Value;
  }
}

/** Returns the value of another dependency of the same request. */
export type Use = <Value>(dependency: Dependency<Value>) => Value;

type Make<Value> = (use: Use, request: FastifyRequest) => Value;

/** A value that a request depends on; {@link dependency} declares it. An asynchronous one has a promise as its value. */
export interface Dependency<Value> {
  readonly name: string;
  readonly make: Make<Value>;
  dispose?(value: Awaited<Value>): unknown;
}

/**
 * Declares a value that requests depend on, such as the current user. `request.use()` returns it, and tests replace it by
 * {@link override}.
 *
 * @param name For error messages.
 * @param make Makes the value; it may use other dependencies, be asynchronous, and throw the error of the response.
 * @param dispose Releases the value after the response, in the reverse order of making. Its errors are logged.
 */
export const dependency = <Value>(
  name: string,
  make: Make<Value>,
  dispose?: (value: Awaited<Value>) => unknown,
): Dependency<Value> => ({ name, make, ...(dispose && { dispose }) });

/** A replacement of a dependency. */
export interface Override {
  readonly dependency: object;
  readonly make: Make<unknown>;
}

/** Replaces a dependency, as in `buildApp(config, { overrides: [override(currentUser, () => ada)] })`. It is not disposed. */
export const override = <Value>(dependency: Dependency<Value>, make: Make<NoInfer<Value>>): Override => ({
  dependency,
  make,
});

/** The values of one request. */
class Graph {
  readonly #request: FastifyRequest;
  readonly #overrides: ReadonlyMap<object, Make<unknown>>;
  readonly #values = new Map<object, unknown>();
  readonly #disposals: (() => unknown)[] = [];

  constructor(request: FastifyRequest, overrides: ReadonlyMap<object, Make<unknown>>) {
    this.#request = request;
    this.#overrides = overrides;
  }

  /** @param path The dependencies that are being made, from the first to the one that uses this one. */
  use<Value>(dependency: Dependency<Value>, path: readonly { readonly name: string }[]): Value {
    const { dispose } = dependency;
    if (path.includes(dependency)) {
      throw new TypeError(
        `A dependency depends on itself: ${[...path, dependency].map((step) => step.name).join(' → ')}`,
      );
    }
    if (this.#values.has(dependency)) return this.#values.get(dependency) as Value;
    const replacement = this.#overrides.get(dependency) as Make<Value> | undefined;
    const inner = [...path, dependency];
    const value = (replacement ?? dependency.make)((other) => this.use(other, inner), this.#request);
    this.#values.set(dependency, value);
    if (dispose && !replacement) {
      this.#disposals.push(async () => {
        const made = await Promise.resolve(value).then(
          (made) => ({ made }),
          () => undefined,
        );
        if (made) await dispose.call(dependency, made.made);
      });
    }
    return value;
  }

  async dispose(): Promise<void> {
    for (const dispose of this.#disposals.reverse()) {
      try {
        await dispose();
      } catch (err) {
        this.#request.log.error({ err }, 'A dependency could not be disposed');
      }
    }
  }
}

/**
 * Provides `request.use()`. Values are disposed when the response is sent, or when its client has disconnected and the
 * handler has finished.
 */
export const dependencies = fp<{ overrides: readonly Override[] }>(
  async (app, { overrides }) => {
    const replacements = new Map<object, Make<unknown>>(
      overrides.map(({ dependency, make }) => [dependency, make]),
    );
    const graphs = new WeakMap<FastifyRequest, Graph>();
    app.decorateRequest('use', function use<
      Value,
    >(this: FastifyRequest, dependency: Dependency<Value>): Value {
      const graph = graphs.get(this) ?? new Graph(this, replacements);
      graphs.set(this, graph);
      return graph.use(dependency, []);
    });
    app.addHook('onSend', (request, reply, payload, done) => {
      const graph = graphs.get(request);
      if (graph) disposeAfter(reply, graph);
      done(null, payload);
    });
  },
  { name: 'dependencies' },
);

function disposeAfter({ raw }: FastifyReply, graph: Graph): void {
  // Fastify sends nothing to a client that has disconnected, and such a response emits no event any more.
  if (raw.destroyed || raw.closed) void graph.dispose();
  else raw.once('close', () => void graph.dispose());
}
