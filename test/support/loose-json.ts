/** A JSON value of whatever shape: for tests that look into responses, or break documents in ways that no type allows. */
// biome-ignore lint/suspicious/noExplicitAny: tests read and assign members that its schema forbids; `unknown` would need a cast at each step, which checks no more
export type LooseJson = any;
