import { type Static, Type } from '@sinclair/typebox';

/** Texts by name. */
const Texts = Type.Record(Type.String(), Type.String());

const Lane = Type.Union([Type.Literal('one query a request'), Type.Literal('batched')]);

/** `control` is a second, independent start of Setlist with default settings: the difference is noise (A/A). */
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
  /** Settings of PostgreSQL that differ from the defaults, and settings that affect the figures, such as `fsync`. */
  postgresSettings: Texts,
  loadGenerator: Type.String(),
  /** The number of serving processes or threads per peer. */
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
  /** The schedule of requests. */
  openLoop: Type.Optional(
    Type.Object({
      arrivals: Type.Literal('Poisson'),
      /** The maximum number of connections. */
      connections: Type.Number(),
      warmUpSeconds: Type.Number(),
      /** The number of latency rounds; older results have as many as other rounds. */
      rounds: Type.Optional(Type.Number()),
      /** The limit of the generator's lag (99th percentile) above which a round is void. */
      lagBound: Type.Number(),
      /** Requests per second that the generator sends on time on this machine: the upper limit of automatic rates. */
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
  /** The versions of its runtime and packages, such as `{"go": "1.26.0", "gin": "1.11.0"}`. */
  versions: Texts,
  /** Lines per file, without blank lines and comments. */
  linesOfCode: Type.Object({ total: Type.Number(), files: Type.Record(Type.String(), Type.Number()) }),
  /** The time from the start of the process to the first successful response, one value per start. */
  startUp: Type.Array(Type.Number()),
  conformance: Type.Object({ passed: Type.Number(), failed: Type.Number() }),
});
export type PeerResult = Static<typeof PeerResult>;

/** One measurement with a fixed number of clients that send the next request at once (closed loop). */
export const ClosedRound = Type.Object({
  peer: Type.String(),
  role: Role,
  scenario: ScenarioName,
  connections: Type.Number(),
  round: Type.Number(),
  requests: Type.Number(),
  seconds: Type.Number(),
  requestsPerSecond: Type.Number(),
  /** Processor time of the server's processes and of PostgreSQL, in microseconds per request. */
  serverMicros: Type.Number(),
  postgresMicros: Type.Number(),
  /** Proportional set size of the server's processes at the end, in bytes. */
  pssBytes: Type.Number(),
  /** The reasons why the round is void; empty if it counts. */
  problems: Type.Array(Type.String()),
});
export type ClosedRound = Static<typeof ClosedRound>;

/** One measurement with requests on a schedule, independent of the server (open loop). */
export const OpenRound = Type.Object({
  peer: Type.String(),
  role: Role,
  scenario: ScenarioName,
  round: Type.Number(),
  /** Scheduled requests per second, and responses per second. */
  rate: Type.Number(),
  achieved: Type.Number(),
  seconds: Type.Number(),
  /** Latency from the scheduled time of a request, by percentile. */
  latency: Type.Object({
    p50: Type.Number(),
    p90: Type.Number(),
    p99: Type.Number(),
    p999: Type.Number(),
    max: Type.Number(),
  }),
  /** The full HDR histogram (V2 compressed, base64), in microseconds. */
  histogram: Type.String(),
  /** The lag of the generator: 99th percentile and maximum. */
  lag: Type.Object({ p99: Type.Number(), max: Type.Number() }),
  problems: Type.Array(Type.String()),
});
export type OpenRound = Static<typeof OpenRound>;

/** `results.json`: all measurements of one run. Times are in milliseconds unless the name has another unit. */
export const Results = Type.Object({
  /** The version of this format. */
  format: Type.Literal(1),
  /** The start and end of the run (RFC 3339). */
  began: Type.String(),
  ended: Type.String(),
  /** Whether the run is incomplete. */
  interrupted: Type.Boolean(),
  /** The command line. */
  command: Type.String(),
  setup: Setup,
  peers: Type.Array(PeerResult),
  /** The skipped peers, with the reason: a missing toolchain, a failed build or conformance check. */
  leftOut: Type.Array(Type.Object({ name: Type.String(), title: Type.String(), reason: Type.String() })),
  /** Closed loop: throughput and processor time. */
  closed: Type.Array(ClosedRound),
  /** Open loop: latency at a common rate. */
  open: Type.Array(OpenRound),
});
export type Results = Static<typeof Results>;
