import { type Static, Type } from '@sinclair/typebox';

/** Text under names. */
const Texts = Type.Record(Type.String(), Type.String());

const Lane = Type.Union([Type.Literal('one query a request'), Type.Literal('batched')]);

/** `control` is a second, independent start of Setlist, as shipped: the difference to it is noise (A/A). */
const Role = Type.Union([Type.Literal('peer'), Type.Literal('control')]);

export const ScenarioName = Type.Union([
  Type.Literal('health'),
  Type.Literal('get'),
  Type.Literal('list'),
  Type.Literal('create'),
  Type.Literal('mixed'),
]);
export type ScenarioName = Static<typeof ScenarioName>;

export const Setup = Type.Object({
  processor: Type.String(),
  cores: Type.Number(),
  memoryBytes: Type.Number(),
  system: Type.String(),
  node: Type.String(),
  postgres: Type.String(),
  /** Settings of PostgreSQL that differ from its defaults, and those that the figures hang on, such as `fsync`. */
  postgresSettings: Texts,
  loadGenerator: Type.String(),
  /** How many processes or threads serve in each peer. */
  workers: Type.Number(),
  poolMax: Type.Number(),
  songs: Type.Number(),
  tasks: Type.Number(),
  rounds: Type.Number(),
  seconds: Type.Number(),
  warmUpSeconds: Type.Number(),
  connections: Type.Array(Type.Number()),
  /** The seed of the random order of measurements. */
  seed: Type.Number(),
  /** How requests are sent on schedule. */
  openLoop: Type.Optional(
    Type.Object({
      arrivals: Type.Literal('Poisson'),
      /** How many connections are opened at most. */
      connections: Type.Number(),
      warmUpSeconds: Type.Number(),
      /** How often latency was measured; in older results as often as all else. */
      rounds: Type.Optional(Type.Number()),
      /** The 99th percentile of the generator's own lag above which a round is void. */
      lagBound: Type.Number(),
      /** Requests a second that the generator sends on time on this machine; no rate that is not asked for is higher. */
      capacity: Type.Optional(Type.Number()),
    }),
  ),
});
export type Setup = Static<typeof Setup>;

export const PeerResult = Type.Object({
  name: Type.String(),
  title: Type.String(),
  language: Type.String(),
  lane: Lane,
  /** What it runs on and is made of, such as `{"go": "1.26.0", "gin": "1.11.0"}`. */
  versions: Texts,
  /** Without blank lines and comments; per file. */
  linesOfCode: Type.Object({ total: Type.Number(), files: Type.Record(Type.String(), Type.Number()) }),
  /** From the start of the process to the first good answer, one for each start. */
  startUp: Type.Array(Type.Number()),
  conformance: Type.Object({ passed: Type.Number(), failed: Type.Number() }),
});
export type PeerResult = Static<typeof PeerResult>;

/** One measurement with a fixed number of eager clients. */
export const ClosedRound = Type.Object({
  peer: Type.String(),
  role: Role,
  scenario: ScenarioName,
  connections: Type.Number(),
  round: Type.Number(),
  requests: Type.Number(),
  seconds: Type.Number(),
  requestsPerSecond: Type.Number(),
  /** Processor time of the server's tree of processes and of PostgreSQL, in microseconds a request. */
  serverMicros: Type.Number(),
  postgresMicros: Type.Number(),
  /** Proportional set size of the server's tree at the end, in bytes. */
  pssBytes: Type.Number(),
  /** Why the round counts for nothing; empty where it counts. */
  problems: Type.Array(Type.String()),
});
export type ClosedRound = Static<typeof ClosedRound>;

/** One measurement with requests that are sent on schedule, whatever the server does. */
export const OpenRound = Type.Object({
  peer: Type.String(),
  role: Role,
  scenario: ScenarioName,
  round: Type.Number(),
  /** Requests that were to be sent in a second, and were answered. */
  rate: Type.Number(),
  achieved: Type.Number(),
  seconds: Type.Number(),
  /** Latency from the moment at which a request was to be sent, by percentile. */
  latency: Type.Object({
    p50: Type.Number(),
    p90: Type.Number(),
    p99: Type.Number(),
    p999: Type.Number(),
    max: Type.Number(),
  }),
  /** The whole HDR histogram (V2 compressed, base64), in microseconds. */
  histogram: Type.String(),
  /** How late the generator itself sent its requests: 99th percentile and maximum. */
  lag: Type.Object({ p99: Type.Number(), max: Type.Number() }),
  problems: Type.Array(Type.String()),
});
export type OpenRound = Static<typeof OpenRound>;

/** Everything that one run measured; `results.json`. Times are in milliseconds unless a name says otherwise. */
export const Results = Type.Object({
  /** The version of this shape. */
  format: Type.Literal(1),
  /** When the run began and ended, RFC 3339. */
  began: Type.String(),
  ended: Type.String(),
  /** Whether it ended before everything was measured. */
  interrupted: Type.Boolean(),
  /** The command line that started it. */
  command: Type.String(),
  setup: Setup,
  peers: Type.Array(PeerResult),
  /** What was left out, and why: a missing toolchain, a build or a conformance check that failed. */
  leftOut: Type.Array(Type.Object({ name: Type.String(), title: Type.String(), reason: Type.String() })),
  /** Closed loop: throughput and processor time. */
  closed: Type.Array(ClosedRound),
  /** Open loop: latency at a common rate. */
  open: Type.Array(OpenRound),
});
export type Results = Static<typeof Results>;
