// Tokens that must be refused, by name: RFC 8725, RFC 7515 to 7519, and published advisories. Each is made by someone who
// knows the public keys of the issuer, and, where it says so, has a valid token or a key of another issuer.
import {
  encoded,
  forge,
  hmac,
  type IssuerKey,
  issuerKey,
  seconds,
  signature,
  type TestIssuer,
  weakRsaKey,
} from '../support/issuer.ts';

/** The keys of the issuer under attack. */
export interface AttackedKeys {
  es: IssuerKey;
  es2: IssuerKey;
  rs: IssuerKey;
  ed: IssuerKey;
  /** Keys that the key set contains, but that must not verify a token. */
  encryption: IssuerKey;
  weak: IssuerKey;
  secret: { kid: string; k: Buffer };
}

export function attackedKeys(): AttackedKeys {
  return {
    es: issuerKey('ES256', {}, 'es'),
    es2: issuerKey('ES256', {}, 'es2'),
    rs: issuerKey('RS256', {}, 'rs'),
    ed: issuerKey('EdDSA', {}, 'ed'),
    encryption: issuerKey('RS256', { use: 'enc' }, 'encryption'),
    weak: weakRsaKey('weak'),
    secret: { kid: 'secret', k: Buffer.alloc(32, 7) },
  };
}

/** Attacks on the algorithm. */
function algorithms(issuer: TestIssuer, { es, rs, ed }: AttackedKeys): Record<string, string> {
  const payload = issuer.claims();
  const unsigned = (alg: unknown, end: string) =>
    `${encoded({ alg, typ: 'at+jwt', kid: 'es' })}.${encoded(payload)}.${end}`;
  const symmetric = (alg: string, secret: string | Buffer, kid = 'rs') => {
    const input = `${encoded({ alg, typ: 'at+jwt', kid })}.${encoded(payload)}`;
    return `${input}.${encoded(hmac(input, alg.replace('HS', 'sha'), secret))}`;
  };
  const withSignature = (change: (valid: Buffer) => Buffer, key = es) => {
    const [header, body, end = ''] = forge(key, { payload }).split('.');
    return `${header}.${body}.${encoded(change(Buffer.from(end, 'base64url')))}`;
  };
  const pem = rs.publicKey.export({ type: 'spki', format: 'pem' });
  const der = rs.publicKey.export({ type: 'spki', format: 'der' });
  return {
    'alg none without signature': unsigned('none', ''),
    'alg none with a signature': unsigned('none', 'AAAA'),
    'alg None': unsigned('None', 'AAAA'),
    'alg NONE': unsigned('NONE', 'AAAA'),
    'alg nOnE': unsigned('nOnE', 'AAAA'),
    'alg empty': unsigned('', 'AAAA'),
    'alg null': unsigned(null, 'AAAA'),
    'alg a number': unsigned(256, 'AAAA'),
    'alg an array': unsigned(['ES256'], 'AAAA'),
    'alg an object': unsigned({ ES256: 1 }, 'AAAA'),
    'alg missing': unsigned(undefined, 'AAAA'),
    'alg in lower case': forge(es, { header: { alg: 'es256' }, payload }),
    'alg with a space': forge(es, { header: { alg: 'ES256 ' }, payload }),
    'HS256 with the public key as PEM (CVE-2016-5431)': symmetric('HS256', pem),
    'HS256 with the public key as PEM without its last line break': symmetric('HS256', String(pem).trim()),
    'HS256 with the public key as DER': symmetric('HS256', der),
    'HS256 with the modulus': symmetric('HS256', String(rs.jwk.n)),
    'HS256 with the public key as JWK': symmetric('HS256', JSON.stringify(rs.jwk)),
    'HS384 with the public key as PEM': symmetric('HS384', pem),
    'HS512 with the public key as PEM': symmetric('HS512', pem),
    'HS256 with an empty secret': symmetric('HS256', ''),
    'HS256 with the secret "secret"': symmetric('HS256', 'secret'),
    'HS256 with the public key of an elliptic curve': symmetric(
      'HS256',
      es.publicKey.export({ type: 'spki', format: 'pem' }),
      'es',
    ),
    'PS256 header over an RS256 signature': forge(rs, { header: { alg: 'PS256' }, payload }),
    'PS256 with a key for RS256': forge(rs, { header: { alg: 'PS256' }, payload, alg: 'PS256' }),
    'RS256 header over a PS256 signature': forge(rs, { payload, alg: 'PS256' }),
    'ES384 with a key of P-256': forge(es, { header: { alg: 'ES384' }, payload, alg: 'ES384' }),
    ES256K: forge(es, { header: { alg: 'ES256K' }, payload }),
    RS1: forge(rs, { header: { alg: 'RS1' }, payload }),
    'an algorithm of encryption': forge(rs, { header: { alg: 'RSA-OAEP' }, payload }),
    'alg dir': forge(rs, { header: { alg: 'dir' }, payload }),
    'ES256 with the id of the RSA key': forge(es, { header: { kid: 'rs' }, payload }),
    'RS256 with the id of the elliptic key': forge(rs, { header: { kid: 'es' }, payload }),
    'EdDSA with the id of the elliptic key': forge(ed, { header: { kid: 'es' }, payload }),
    'a signature of zeros (CVE-2022-21449)': withSignature((valid) => Buffer.alloc(valid.length)),
    'a signature of ones': withSignature((valid) => Buffer.alloc(valid.length, 0xff)),
    'a signature with one changed bit': withSignature((valid) =>
      Buffer.from(valid.map((byte, index) => (index === 5 ? byte ^ 1 : byte))),
    ),
    'a signature without its last byte': withSignature((valid) => valid.subarray(0, -1)),
    'a signature with another byte': withSignature((valid) => Buffer.concat([valid, Buffer.alloc(1)])),
    'a DER signature of ES256': (() => {
      const input = `${encoded({ alg: 'ES256', typ: 'at+jwt', kid: 'es' })}.${encoded(payload)}`;
      return `${input}.${encoded(signature(input, 'RS256', es.privateKey))}`;
    })(),
    'the signature of another token': `${forge(es, { payload: issuer.claims({ sub: 'eve' }) })
      .split('.')
      .slice(0, 2)
      .join('.')}.${forge(es, { payload }).split('.')[2]}`,
    'an Ed25519 signature of the identity': withSignature(
      () => Buffer.concat([Buffer.from([1]), Buffer.alloc(63)]),
      ed,
    ),
  };
}

/** Attacks on the key, and on the headers that name one. */
function keys(issuer: TestIssuer, attacked: AttackedKeys): Record<string, string> {
  const { es, rs, encryption, weak, secret } = attacked;
  const payload = issuer.claims();
  const own = issuerKey('ES256', {}, 'own');
  const withHeader = (header: object, key = own) => forge(key, { header: { kid: 'es', ...header }, payload });
  const input = `${encoded({ alg: 'HS256', typ: 'at+jwt', kid: secret.kid })}.${encoded(payload)}`;
  return {
    'an unknown kid': withHeader({ kid: 'unknown' }),
    'another key under a known kid': withHeader({}),
    'a kid that is a path': withHeader({ kid: '../../../../dev/null' }),
    'a kid that is SQL': withHeader({ kid: "' UNION SELECT 'key' --" }),
    'a kid that is a URL': withHeader({ kid: 'https://evil.example.com/key' }),
    'a kid that is a number': forge(es, { header: { kid: 1 }, payload }),
    'a kid that is null': forge(es, { header: { kid: null }, payload }),
    'a kid that is an array': forge(es, { header: { kid: ['es'] }, payload }),
    'a kid that is empty': forge(es, { header: { kid: '' }, payload }),
    'a kid like a member of all objects': withHeader({ kid: '__proto__' }),
    'no kid, and several keys': forge(es, { header: { kid: undefined }, payload }),
    'an own key in jwk (CVE-2018-0114)': withHeader({ jwk: { ...own.jwk } }),
    'an own key in jwk without kid': withHeader({ jwk: { ...own.jwk }, kid: undefined }),
    'an own key set in jku': withHeader({ jku: 'https://evil.example.com/keys' }),
    'an own certificate in x5u': withHeader({ x5u: 'https://evil.example.com/certificate' }),
    'an own certificate in x5c': withHeader({ x5c: [encoded('certificate')] }),
    'a thumbprint of another certificate': withHeader({ x5t: encoded('thumbprint') }),
    'a key for encryption': forge(encryption, { payload }),
    'an RSA key of 1024 bits': forge(weak, { payload }),
    'a secret in the key set': `${input}.${encoded(hmac(input, 'sha256', secret.k))}`,
    'a key of another issuer': forge(issuerKey('RS256', {}, 'rs'), { payload }),
    'the public key as the signature': `${encoded({ alg: 'RS256', kid: 'rs' })}.${encoded(payload)}.${encoded(String(rs.jwk.n))}`,
  };
}

/** Attacks on the form. */
function forms(issuer: TestIssuer, { es, ed }: AttackedKeys): Record<string, string> {
  const payload = issuer.claims();
  const valid = forge(es, { payload });
  const [header = '', body = '', end = ''] = valid.split('.');
  const withHeader = (text: string) => forge(es, { header: text, payload });
  const withPayload = (given: unknown) => forge(es, { payload: given });
  const head = (members: object) => JSON.stringify({ alg: 'ES256', kid: 'es', typ: 'at+jwt', ...members });
  // The last digit of a signature of 64 bytes has four unused bits.
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const edEnd = forge(ed, { payload });
  const unusedBits = edEnd.slice(0, -1) + digits[digits.indexOf(edEnd.at(-1) ?? '') + 1];
  return {
    'no dot': 'token',
    'one dot': `${header}.${body}`,
    'three dots': `${valid}.${end}`,
    'five parts, as in JWE': `${header}.${body}.${end}.${body}.${end}`,
    'a trailing dot': `${valid}.`,
    'an empty header': `.${body}.${end}`,
    'an empty payload': `${header}..${end}`,
    'an empty signature': `${header}.${body}.`,
    'only dots': '..',
    'padding after the signature': `${valid}==`,
    'padding after the header': `${header}=.${body}.${end}`,
    'a space inside': `${header}. ${body}.${end}`,
    'a tab inside': `${header}.${body}.\t${end}`,
    'a character of another base64': `${header}.${body}.${end.slice(0, -2)}+/`,
    'unused bits of the signature': unusedBits,
    'a quoted token': `"${valid}"`,
    'a percent-encoded token': valid.replaceAll('.', '%2E'),
    'two tokens': `${valid}, ${valid}`,
    'two tokens with a space': `${valid} ${valid}`,
    'more than 4 KB': withPayload({ ...payload, more: 'x'.repeat(4096) }),
    'a header that is not JSON': withHeader('{"alg":"ES256"'),
    'a header that is an array': withHeader(JSON.stringify([{ alg: 'ES256', kid: 'es' }])),
    'a header that is null': withHeader('null'),
    'a header that is a text': withHeader('"ES256"'),
    'a header with a byte order mark': withHeader(`\ufeff${head({})}x`),
    'a header in UTF-16': forge(es, { header: Buffer.from(head({}), 'utf16le').toString('latin1'), payload }),
    'a payload that is not JSON': withPayload('{"sub":"ada"'),
    'a payload that is an array': withPayload([payload]),
    'a payload that is a text': withPayload('"ada"'),
    'a payload that is null': withPayload('null'),
    'a payload that is a number': withPayload('1'),
    'a payload that is not UTF-8': withPayload(Buffer.from([0x7b, 0xff, 0xfe, 0x7d])),
    'an unknown critical header': withHeader(head({ crit: ['exp'], exp: seconds(300) })),
    'an empty list of critical headers': withHeader(head({ crit: [] })),
    'critical headers that are not a list': withHeader(head({ crit: 'b64' })),
    'a payload that is not encoded (RFC 7797)': withHeader(head({ b64: false, crit: ['b64'] })),
    'a nested token': forge(es, { header: { cty: 'JWT' }, payload: valid }),
    'a JSON serialization': JSON.stringify({ protected: header, payload: body, signature: end }),
    'a JWE': `${encoded({ alg: 'RSA-OAEP', enc: 'A256GCM' })}.${encoded('key')}.${encoded('iv')}.${encoded('text')}.${encoded('tag')}`,
  };
}

/** Tokens of the issuer that are not for this service, or not any more. */
function claims(issuer: TestIssuer, { es }: AttackedKeys): Record<string, string> {
  const token = (changes: object) => forge(es, { payload: issuer.claims(changes) });
  const withJson = (change: (json: string) => string) =>
    forge(es, { payload: change(JSON.stringify(issuer.claims())) });
  const withType = (typ: unknown) => forge(es, { header: { typ }, payload: issuer.claims() });
  const exp = seconds(300);
  return {
    'no exp': token({ exp: undefined }),
    'no iat': token({ iat: undefined }),
    'no sub': token({ sub: undefined }),
    'no iss': token({ iss: undefined }),
    'no aud': token({ aud: undefined }),
    'no claims': forge(es, { payload: {} }),
    expired: token({ exp: seconds(-60) }),
    'expired a second ago': token({ exp: seconds(-1) }),
    'exp 0': token({ exp: 0 }),
    'exp negative': token({ exp: -1 }),
    'exp a text': token({ exp: String(exp) }),
    'exp null': token({ exp: null }),
    'exp an array': token({ exp: [exp] }),
    'exp infinite': withJson((json) => json.replace(/"exp":\d+/, '"exp":1e400')),
    'exp a fraction': token({ exp: exp + 0.5 }),
    'exp in milliseconds': token({ exp: exp * 1000 }),
    'exp after 32 days': token({ exp: seconds(32 * 86_400) }),
    'issued in the future': token({ iat: seconds(120) }),
    'iat a text': token({ iat: String(seconds()) }),
    'iat infinite': withJson((json) => json.replace(/"iat":\d+/, '"iat":1e400')),
    'iat long ago, with a long lifetime': token({ iat: seconds(-40 * 86_400) }),
    'not valid yet': token({ nbf: seconds(120) }),
    'nbf a text': token({ nbf: '0' }),
    'another issuer': token({ iss: 'https://evil.example.com' }),
    'the issuer with a slash': token({ iss: `${issuer.url}/` }),
    'the issuer in upper case': token({ iss: issuer.url.toUpperCase() }),
    'the issuer in an array': token({ iss: [issuer.url] }),
    'the issuer as a prefix': token({ iss: `${issuer.url}.evil.example.com` }),
    'an empty issuer': token({ iss: '' }),
    'another audience': token({ aud: 'https://other.example.com' }),
    'the audience as a prefix': token({ aud: 'https://api.example.com.evil.example.com' }),
    'the audience with a slash': token({ aud: 'https://api.example.com/' }),
    'other audiences': token({ aud: ['https://a.example.com', 'https://b.example.com'] }),
    'no audiences': token({ aud: [] }),
    'the audience in an object': token({ aud: { 'https://api.example.com': true } }),
    'an audience that is a number': token({ aud: 1 }),
    'sub a number': token({ sub: 1 }),
    'sub null': token({ sub: null }),
    'sub empty': token({ sub: '' }),
    'sub an array': token({ sub: ['ada'] }),
    'sub an object': token({ sub: { id: 'ada' } }),
    'sub too long': token({ sub: 'a'.repeat(256) }),
    'sub with NUL': token({ sub: 'ada\u0000' }),
    'sub with a line break': token({ sub: 'ada\nroot' }),
    'sub with a lone surrogate': withJson((json) => json.replace('"ada"', '"\\ud800"')),
    'an id token by its type': withType('id_token+jwt'),
    'a logout token': withType('logout+jwt'),
    'a DPoP proof': withType('dpop+jwt'),
    'an authorization request': withType('oauth-authz-req+jwt'),
    'typ JWE': withType('JWE'),
    'typ empty': withType(''),
    'typ a number': withType(1),
    'typ an array': withType(['at+jwt']),
    'bound to a key (cnf)': token({ cnf: { jkt: 'thumbprint' } }),
    'scope a number': token({ scope: 1 }),
    'scope an object': token({ scope: { 'songs:read': true } }),
    'scope an array of objects': token({ scope: [{ name: 'songs:read' }] }),
  };
}

/** Every attack, by name. */
export function attacks(issuer: TestIssuer, attacked: AttackedKeys): [string, string][] {
  return [algorithms, keys, forms, claims].flatMap((make) => Object.entries(make(issuer, attacked)));
}
