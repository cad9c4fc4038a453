import fp from 'fastify-plugin';

declare module 'fastify' {
  interface FastifyInstance {
    lifecycle: Lifecycle;
  }
}

/** The state of the service. */
export interface Lifecycle {
  /**
   * Whether the service is about to stop: it still serves requests, but it is not ready, and each response is the last
   * one of its connection. The process sets it before it closes the listener, and `app.close()` sets it.
   */
  isStopping: boolean;
}

/** Provides `app.lifecycle` for code that behaves differently before a stop. */
export const lifecycle = fp(
  async (app) => {
    app.decorate('lifecycle', { isStopping: false });
    app.addHook('preClose', async () => {
      app.lifecycle.isStopping = true;
    });
  },
  { name: 'lifecycle' },
);
