// Generates an API key: npm run key -- NAME SCOPE… The key is only printed once; the service is configured with its hash.
import { generateApiKey, hashOf } from '../src/identity/api-keys.ts';
import { readAuth } from '../src/identity/settings.ts';

const [name, ...scopes] = process.argv.slice(2);
if (name === undefined || name.startsWith('-')) {
  console.error('Usage: npm run key -- NAME SCOPE…, for example: npm run key -- ci songs:read songs:write');
  process.exit(2);
}
const key = generateApiKey();
const entry = `${name}:${hashOf(key).toString('hex')}:${scopes.join(',')}`;
try {
  readAuth({
    HOST: 'localhost',
    AUTH: 'on',
    AUTH_ALGORITHMS: 'ES256',
    AUTH_SCOPE_CLAIM: 'scope',
    API_KEYS: entry,
  });
} catch {
  console.error(
    'A name has at most 64 letters, digits, dots, hyphens and underscores; a scope has these and colons.',
  );
  process.exit(2);
}
console.log(`The key, which is only shown now:
  ${key}
Its entry for API_KEYS (separate several with semicolons):
  ${entry}`);
