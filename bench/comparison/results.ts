import type { Manifest } from './manifest.ts';

/** Everything that one run measured; `results.json`. Times are in milliseconds unless a name says otherwise. */
export interface Results {
  /** The version of this shape. */
  format: 1;
  /** When the run began and ended, RFC 3339. */
  began: string;
  ended: string;
  /** Whether it ended before everything was measured. */
  interrupted: boolean;
  /** The command line that started it. */
  command: string;
  setup: Setup;
  peers: PeerResult[];
  /** What was left out, and why: a missing toolchain, a build or a conformance check that failed. */
  leftOut: { name: string; title: string; reason: string }[];
  /** Closed loop: throughput and processor time. */
  closed: ClosedRound[];
  /** Open loop: latency at a common rate. */
  open: OpenRound[];
}

export interface Setup {
  processor: string;
  cores: number;
  memoryBytes: number;
  system: string;
  node: string;
  postgres: string;
  /** Settings of PostgreSQL that differ from its defaults, and those that the figures hang on, such as `fsync`. */
  postgresSettings: Record<string, string>;
  loadGenerator: string;
  /** How many processes or threads serve in each peer. */
  workers: number;
  poolMax: number;
  songs: number;
  tasks: number;
  rounds: number;
  seconds: number;
  warmUpSeconds: number;
  connections: number[];
  /** The seed of the random order of measurements. */
  seed: number;
}

export interface PeerResult {
  name: string;
  title: string;
  language: string;
  lane: Manifest['lane'];
  /** What it runs on and is made of, such as `{"go": "1.26.0", "gin": "1.11.0"}`. */
  versions: Record<string, string>;
  /** Without blank lines and comments; per file. */
  linesOfCode: { total: number; files: Record<string, number> };
  /** From the start of the process to the first good answer, one for each start. */
  startUp: number[];
  conformance: { passed: number; failed: number };
}

export type ScenarioName = 'health' | 'get' | 'list' | 'create' | 'mixed';

/** One measurement with a fixed number of eager clients. */
export interface ClosedRound {
  peer: string;
  /** `control` is a second, independent start of Setlist, as shipped: the difference to it is noise (A/A). */
  role: 'peer' | 'control';
  scenario: ScenarioName;
  connections: number;
  round: number;
  requests: number;
  seconds: number;
  requestsPerSecond: number;
  /** Processor time of the server's tree of processes and of PostgreSQL, in microseconds a request. */
  serverMicros: number;
  postgresMicros: number;
  /** Proportional set size of the server's tree at the end, in bytes. */
  pssBytes: number;
  /** Why the round counts for nothing; empty where it counts. */
  problems: string[];
}

/** One measurement with requests that are sent on schedule, whatever the server does. */
export interface OpenRound {
  peer: string;
  role: 'peer' | 'control';
  scenario: ScenarioName;
  round: number;
  /** Requests that were to be sent in a second, and were answered. */
  rate: number;
  achieved: number;
  seconds: number;
  /** Latency from the moment at which a request was to be sent, by percentile. */
  latency: Record<'p50' | 'p90' | 'p99' | 'p999' | 'max', number>;
  /** The whole HDR histogram (V2 compressed, base64), in microseconds. */
  histogram: string;
  /** How late the generator itself sent its requests: 99th percentile and maximum. */
  lag: { p99: number; max: number };
  problems: string[];
}
