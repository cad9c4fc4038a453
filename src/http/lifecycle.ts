import fp from 'fastify-plugin';

declare module 'fastify' {
  interface FastifyInstance {
    lifecycle: Lifecycle;
  }
}

/** Where the service is in its life. */
export interface Lifecycle {
  /**
   * Whether the service is about to stop: it still serves requests, but it is not ready, and each response is the last
   * one on its connection. Set by the process before it stops to listen, and by `app.close()`.
   */
  isStopping: boolean;
}

/** `app.lifecycle`, for the parts of the service that behave differently before a stop. */
export const lifecycle = fp(
  async (app) => {
    app.decorate('lifecycle', { isStopping: false });
    app.addHook('preClose', async () => {
      app.lifecycle.isStopping = true;
    });
  },
  { name: 'lifecycle' },
);
