/** A JSON value of any shape, for tests that inspect responses or change documents in invalid ways. */
// biome-ignore lint/suspicious/noExplicitAny: tests read and assign members that its schema forbids; `unknown` would need a cast at each step, which checks no more
export type LooseJson = any;
