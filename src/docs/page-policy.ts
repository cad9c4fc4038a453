/** What every docs page needs; the directives of one page are added to it. Nothing may come from another origin. */
const common = {
  'default-src': "'none'",
  'script-src': "'self'",
  'connect-src': "'self'",
  'img-src': "'self' data:",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
};

/** The `Content-Security-Policy` of a page, in place of the one of the API, which lets a browser do nothing. */
export const pagePolicy = (directives: Readonly<Record<string, string>>): string =>
  Object.entries({ ...common, ...directives })
    .map(([name, sources]) => `${name} ${sources}`)
    .join('; ');
