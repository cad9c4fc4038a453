/** The directives of all docs pages. No other origin is allowed. */
const common = {
  'default-src': "'none'",
  'script-src': "'self'",
  'connect-src': "'self'",
  'img-src': "'self' data:",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
};

/** The `Content-Security-Policy` of a page; the policy of the API allows nothing. */
export const pagePolicy = (directives: Readonly<Record<string, string>>): string =>
  Object.entries({ ...common, ...directives })
    .map(([name, sources]) => `${name} ${sources}`)
    .join('; ');
