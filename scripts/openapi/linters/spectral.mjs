// Spectral's rules for OpenAPI and the rules of OWASP's API Security Top 10, except for three groups.
import owasp from '@stoplight/spectral-owasp-ruleset';
import { oas } from '@stoplight/spectral-rulesets';

/** Waiver 1: probes need no credential, and are not limited. */
const probes = {
  files: ['**#/paths/~1health', '**#/paths/~1ready'],
  rules: Object.fromEntries(
    [
      'owasp:api2:2023-read-restricted',
      'owasp:api8:2023-define-error-responses-401',
      'owasp:api4:2023-rate-limit-responses-429',
    ].map((rule) => [rule, 'off']),
  ),
};

/**
 * Waiver 2: ids are integers, which is part of the contract. Clients can guess ids, but a row of another owner does
 * not exist for them.
 */
const guessableIds = ['owasp:api1:2023-no-numeric-ids'];

/** Waiver 3: since OpenAPI 3.1, every type of scheme may have scopes; the rule only knows those of OAuth 2. */
const scopesOfBearers = ['oas3-operation-security-defined'];

export default {
  extends: [oas, owasp],
  rules: Object.fromEntries([...guessableIds, ...scopesOfBearers].map((rule) => [rule, 'off'])),
  overrides: [probes],
};
