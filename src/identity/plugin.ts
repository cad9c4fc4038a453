import type { FastifyRequest, FastifySchema, onRequestHookHandler, RouteOptions } from 'fastify';
import fp from 'fastify-plugin';
import { defineError } from '../errors/define-error.ts';
import { Forbidden, Unavailable } from '../http/errors.ts';
import { addressOf, type Limits } from '../limits/plugin.ts';
import { isApiKey, verifyApiKey } from './api-keys.ts';
import type { IssuerKeys } from './issuer-keys.ts';
import { InvalidCredential, IssuerUnavailable, type Principal } from './principal.ts';
import type { AuthSettings } from './settings.ts';
import { TokenVerifier } from './tokens.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** The keys of the issuer; undefined if no issuer is configured. */
    issuer: IssuerKeys | undefined;
    /** Whether requests are authenticated. */
    isAuthOn: boolean;
  }
}

const CHALLENGE = 'Bearer realm="setlist"';

export const Unauthorized = defineError('unauthorized', 401, 'A valid credential is required', {
  'www-authenticate': CHALLENGE,
});

/** The security of operations that require scopes. */
export const security = (...scopes: string[]): NonNullable<FastifySchema['security']> => [
  { bearerAuth: scopes },
];

/** The detail of the error of a caller without a scope. */
export const missingScope = (scope: string) => ({
  type: 'insufficient_scope',
  loc: ['header', 'authorization'],
  msg: `The credential does not have the scope ${scope}`,
});

/**
 * Enforces the security that the schema of each route declares: its scopes are required, and an empty list makes a route
 * public. Registration of a route without a declaration fails, unless it is not part of the contract (`hide`).
 *
 * The guard is the first hook of the route: unknown paths, methods and media types are rejected before, and parameters and
 * bodies are validated after it.
 *
 * @param auth The accepted credentials; undefined: requests are not authenticated, and no route has a guard.
 */
export const identity = fp<{ auth: AuthSettings | undefined; connect: boolean }>(
  async (app, { auth, connect }) => {
    app.decorateRequest('principal', null);
    app.decorateRequest('refusal', null);
    const verifier = auth?.issuer && new TokenVerifier(auth.issuer, app.log);
    app.decorate('issuer', verifier?.keys);
    app.decorate('isAuthOn', auth !== undefined);
    if (verifier && connect) {
      app.addHook('onClose', async () => verifier.stop());
      await verifier.start();
    }
    const authenticate = auth && authenticator(auth, verifier);
    app.addHook('onRoute', (route) => {
      const scopes = requiredScopes(route);
      if (!scopes) return;
      const first = authenticate ? guard(authenticate, scopes) : app.limits && limitByAddress(app.limits);
      if (first) route.onRequest = [first, ...[route.onRequest ?? []].flat()];
    });
  },
  { name: 'identity', dependencies: ['errors', 'limits'] },
);

/** The scopes that a route requires, all of them; undefined for public ones. */
function requiredScopes({ method, url, schema }: RouteOptions): readonly string[] | undefined {
  if (schema?.hide) return undefined;
  if (!schema?.security) throw new TypeError(`The schema of ${method} ${url} does not declare its security`);
  const [requirement, ...others] = schema.security;
  if (!requirement) return undefined;
  const scopes = requirement.bearerAuth;
  if (!scopes || others.length > 0)
    throw new TypeError(`The security of ${method} ${url} is not one bearerAuth`);
  return scopes;
}

/** Returns the principal of a credential, as a promise only if it must be verified. */
type Authenticate = (credential: string) => Principal | Promise<Principal>;

function authenticator({ keys }: AuthSettings, verifier: TokenVerifier | undefined): Authenticate {
  return (credential) => {
    if (isApiKey(credential) || !verifier) return verifyApiKey(credential, keys);
    return verifier.known(credential) ?? verifier.verify(credential);
  };
}

/** Without authentication, callers are counted by their addresses. */
const limitByAddress =
  (limits: Limits): onRequestHookHandler =>
  (request, reply, done) =>
    limits.limit(addressOf(request), reply, done);

function guard(authenticate: Authenticate, scopes: readonly string[]): onRequestHookHandler {
  return (request, reply, done) => {
    const { limits } = request.server;
    const admit = (principal: Principal) => {
      request.principal = principal;
      const missing = scopes.find((scope) => !principal.scopes.includes(scope));
      if (missing !== undefined) request.refusal = `missing scope ${missing}`;
      const error = missing === undefined ? undefined : insufficientScope(scopes, missing);
      if (limits) limits.limit(principal.owner, reply, (limited) => done(limited ?? error));
      else done(error);
    };
    const refuse = (error: unknown) => {
      if (error instanceof InvalidCredential) limits?.countFailure(request);
      done(refusal(request, error));
    };
    const limited = limits?.failureLimit(request, reply);
    if (limited) return done(limited);
    try {
      const principal = authenticate(credentialOf(request));
      if (principal instanceof Promise) principal.then(admit, refuse);
      else admit(principal);
    } catch (error) {
      refuse(error);
    }
  };
}

/**
 * The error of a caller without a scope.
 *
 * @param scopes All scopes that the operation requires.
 */
export const insufficientScope = (scopes: readonly string[], missing: string) =>
  new Forbidden({
    headers: { 'www-authenticate': `${CHALLENGE}, error="insufficient_scope", scope="${scopes.join(' ')}"` },
    details: [missingScope(missing)],
  });

const BEARER = /^bearer(?: |$)/i;
const BEARER_LENGTH = 'bearer '.length;
const AUTHORIZATION = 'authorization';
const isAuthorization = (name = ''): boolean =>
  name.length === AUTHORIZATION.length && name.toLowerCase() === AUTHORIZATION;

/** The request has no credential of the scheme Bearer. */
class NoCredential extends Error {}

function credentialOf({ raw, headers }: FastifyRequest): string {
  const { authorization } = headers;
  if (authorization === undefined) throw new NoCredential('no credential');
  if (!BEARER.test(authorization)) throw new NoCredential('no bearer credential');
  // Node.js keeps the first of several headers, and proxies may keep another one.
  let given = 0;
  for (let index = 0; index < raw.rawHeaders.length; index += 2)
    if (isAuthorization(raw.rawHeaders[index])) given++;
  if (given > 1) throw new InvalidCredential('several credentials');
  return authorization.slice(BEARER_LENGTH).trimStart();
}

/** The error of a refused credential. A client that sent none is not told that it is invalid (RFC 6750, 3.1). */
function refusal(request: FastifyRequest, error: unknown): Error {
  if (error instanceof IssuerUnavailable) return new Unavailable({ cause: error });
  if (!(error instanceof Error)) throw error;
  request.refusal = error.message;
  if (error instanceof NoCredential) return new Unauthorized();
  if (!(error instanceof InvalidCredential)) return error;
  return new Unauthorized({ headers: { 'www-authenticate': `${CHALLENGE}, error="invalid_token"` } });
}
