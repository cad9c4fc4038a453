declare module 'fastify' {
  interface FastifyRequest {
    /** The authenticated caller; null with `AUTH=off` and for operations without security. */
    principal: Principal | null;
    /** Why the credential of the request was refused, for the log; null if it was not. */
    refusal: string | null;
  }
}

/** An authenticated caller. */
export interface Principal {
  /** The subject of the token, or the name of the API key. */
  readonly id: string;
  readonly via: 'token' | 'key';
  readonly scopes: readonly string[];
  /** The id with the kind of the credential: tokens and keys with the same id are different owners. */
  readonly owner: string;
  /** The time at which the credential expires, in seconds since 1970; undefined: it does not. */
  readonly expiry?: number | undefined;
}

/** Creates the principal of a verified credential. */
export const principalOf = (via: Principal['via'], id: string, scopes: readonly string[]): Principal => ({
  id,
  via,
  scopes,
  owner: `${via}:${id}`,
});

/** A credential that is not valid. The message is the reason for the log; it contains no part of the credential. */
export class InvalidCredential extends Error {
  override readonly name = 'InvalidCredential';
}

/** The keys of the issuer were never loaded: no token can be verified. */
export class IssuerUnavailable extends Error {
  override readonly name = 'IssuerUnavailable';
}
