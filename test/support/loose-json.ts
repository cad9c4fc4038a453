/** A JSON value of whatever shape: for tests that look into answers, or break documents in ways that no type allows. */
// biome-ignore lint/suspicious/noExplicitAny: a type would have to allow what the tests prove to be refused
export type LooseJson = any;
