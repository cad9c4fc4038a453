// Spectral's rules for OpenAPI and the rules of OWASP's API Security Top 10, except for two groups.
import owasp from '@stoplight/spectral-owasp-ruleset';
import { oas } from '@stoplight/spectral-rulesets';

/**
 * Waiver 1: the service does not identify clients. There is no 401, no security scheme, and no rate limit per client:
 * the queue limits the load (503), and a proxy protects the service. The document must not promise what does not happen:
 * every operation has `security: []`. This waiver ends with the first security scheme.
 */
const withoutCallers = [
  'owasp:api2:2023-read-restricted',
  'owasp:api2:2023-write-restricted',
  'owasp:api8:2023-define-error-responses-401',
  'owasp:api4:2023-rate-limit',
  'owasp:api4:2023-rate-limit-responses-429',
];

/**
 * Waiver 2: ids are integers, which is part of the contract. Clients can guess ids, but the lists show all ids to
 * everyone.
 */
const guessableIds = ['owasp:api1:2023-no-numeric-ids'];

export default {
  extends: [oas, owasp],
  rules: Object.fromEntries([...withoutCallers, ...guessableIds].map((rule) => [rule, 'off'])),
};
