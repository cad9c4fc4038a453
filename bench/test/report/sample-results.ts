import { build, encodeIntoCompressedBase64 } from 'hdr-histogram-js';
import type { ClosedRound, OpenRound, Results, ScenarioName } from '../../lib/results.ts';
import { randomNumbers } from '../../lib/statistics.ts';
import { type SamplePeer, samplePeers } from './sample-peers.ts';

/** The parameters of the sample; its figures are random numbers without meaning. */
export interface SampleOptions {
  seed?: number;
  peers?: readonly SamplePeer[];
  rounds?: number;
  connections?: readonly number[];
}

type Random = () => number;

/** The cost of a request, relative to a read by id. */
const WEIGHTS: Record<ScenarioName, number> = { health: 0.6, get: 1, list: 1.9, create: 2.6, mixed: 1.5 };
const SCENARIOS: readonly ScenarioName[] = ['get', 'create', 'list', 'mixed', 'health'];
const RATE = 500;

/** Random results in the format of a run: for tests and for work on the report, not for publication. */
export function sampleResults({
  seed = 1,
  peers = samplePeers,
  rounds = 7,
  connections = [1, 16, 64, 256],
}: SampleOptions = {}): Results {
  const random = randomNumbers(seed);
  const measured = [
    ...peers.map((peer) => ({ peer, role: 'peer' as const })),
    ...peers.filter(({ name }) => name === 'setlist').map((peer) => ({ peer, role: 'control' as const })),
  ];
  const numbers = Array.from({ length: rounds }, (_, index) => index + 1);
  return {
    format: 1,
    began: '2026-11-20T08:00:00.000Z',
    ended: '2026-11-20T10:41:12.000Z',
    interrupted: false,
    command: 'SAMPLE DATA made of random numbers; nothing was measured',
    setup: sampleSetup({ seed, rounds, connections: [...connections] }),
    peers: peers.map((peer) => peerResult(peer, random)),
    leftOut: [
      { name: 'rocket', title: 'Rocket (sample)', reason: 'cargo is not on the PATH' },
      { name: 'flask', title: 'Flask (sample)', reason: '3 of 141 conformance checks failed' },
    ],
    closed: numbers.flatMap((round) =>
      measured.flatMap(({ peer, role }) =>
        SCENARIOS.flatMap((scenario) =>
          connections.map((clients) => closedRound({ peer, role, scenario, clients, round }, random)),
        ),
      ),
    ),
    open: numbers
      .slice(0, 3)
      .flatMap((round) => measured.map(({ peer, role }) => openRound({ peer, role, round }, random))),
  };
}

function sampleSetup(given: Pick<Results['setup'], 'seed' | 'rounds' | 'connections'>): Results['setup'] {
  return {
    processor: 'SAMPLE DATA, no machine',
    cores: 8,
    memoryBytes: 32 * 2 ** 30,
    system: 'Linux 6.1.0 (sample)',
    node: '20.20.2',
    postgres: '17.6 (sample)',
    postgresSettings: { fsync: 'on', shared_buffers: '128MB', synchronous_commit: 'on' },
    loadGenerator: 'wrk 4.2.0 (sample)',
    workers: 1,
    poolMax: 10,
    songs: 100_000,
    tasks: 1_000,
    seconds: 8,
    warmUpSeconds: 4,
    openLoop: { arrivals: 'Poisson', connections: 256, warmUpSeconds: 2, lagBound: 5, capacity: 9_000 },
    ...given,
  };
}

/** A random number near the value, within the given fraction of it. */
const about = (value: number, part: number, random: Random) => value * (1 + (random() * 2 - 1) * part);

function peerResult(peer: SamplePeer, random: Random): Results['peers'][number] {
  const { name, title, language, lane, lines, startUpMs } = peer;
  return {
    name,
    title,
    language,
    lane,
    versions: { [language.toLowerCase()]: '1.0.0-sample', driver: '2.3.4-sample' },
    linesOfCode: { total: lines, files: { 'main (sample)': lines } },
    startUp: Array.from({ length: 5 }, () => about(startUpMs, 0.08, random)),
    conformance: { passed: 141, failed: 0 },
  };
}

interface ClosedCase {
  peer: SamplePeer;
  role: 'peer' | 'control';
  scenario: ScenarioName;
  clients: number;
  round: number;
}

function closedRound({ peer, role, scenario, clients, round }: ClosedCase, random: Random): ClosedRound {
  const isBatched = peer.lane === 'batched' && scenario !== 'health';
  const busy = clients === 1 ? (isBatched ? 0.12 : 0.3) : clients === 16 ? 0.8 : clients === 64 ? 1 : 1.04;
  const ceiling = scenario === 'health' && isBatched ? 0.7 : 1;
  const requestsPerSecond = about((peer.reads / WEIGHTS[scenario]) * busy * ceiling, 0.06, random);
  const isVoid = peer.name === 'spring' && scenario === 'create' && clients === 256 && round === 3;
  return {
    peer: peer.name,
    role,
    scenario,
    connections: clients,
    round,
    requests: Math.round(requestsPerSecond * 8),
    seconds: 8,
    requestsPerSecond,
    serverMicros: about((peer.micros * WEIGHTS[scenario]) / (clients === 1 ? 0.6 : 1), 0.02, random),
    postgresMicros:
      scenario === 'health' ? 0 : about((isBatched ? 5 : 28) * WEIGHTS[scenario] ** 1.5, 0.03, random),
    pssBytes: about(peer.megabytes * 2 ** 20 * (1 + clients / 2000), 0.02, random),
    problems: isVoid ? ['12 responses were not 2xx (sample)'] : [],
  };
}

function openRound(
  { peer, role, round }: Pick<ClosedCase, 'peer' | 'role' | 'round'>,
  random: Random,
): OpenRound {
  const histogram = build({ bitBucketSize: 64, numberOfSignificantValueDigits: 3, autoResize: true });
  const busy = RATE / (peer.reads / WEIGHTS.mixed);
  const service = 250 + peer.micros * 1.6;
  const responses = RATE * 4;
  for (let request = 0; request < responses; request++) {
    const waiting = -Math.log(1 - random()) * service * (busy / (1 - Math.min(busy, 0.95)) + 0.35);
    const pause = random() < 0.002 ? random() * 6_000 : 0;
    histogram.recordValue(Math.round(service + waiting + pause));
  }
  const at = (percentile: number) => histogram.getValueAtPercentile(percentile) / 1000;
  return {
    peer: peer.name,
    role,
    scenario: 'mixed',
    round,
    rate: RATE,
    achieved: about(RATE, 0.001, random),
    seconds: 4,
    latency: { p50: at(50), p90: at(90), p99: at(99), p999: at(99.9), max: histogram.maxValue / 1000 },
    histogram: encodeIntoCompressedBase64(histogram),
    lag: { p99: about(0.05, 0.2, random), max: about(1.6, 0.5, random) },
    problems: [],
  };
}
