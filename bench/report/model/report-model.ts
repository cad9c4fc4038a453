import type { Results } from '../../lib/results.ts';
import { examplePrices, type Prices } from '../cost.ts';
import type { Claim } from './claims/claim.ts';
import { judgeClaims } from './claims/claims.ts';
import { type Conditions, findConditions } from './conditions.ts';
import { findingOf, subjectOf } from './finding.ts';
import { compareLatencies, type LatencyComparison } from './latency.ts';
import { type Control, findControls, findVoidRounds, NOISE_BOUND, type VoidRound } from './noise.ts';
import { type PeerSummary, summarizePeers } from './peers.ts';
import { findScaling, type Scaling } from './scaling.ts';
import { warningsOf } from './warnings.ts';

/** All data of the page. The page only computes costs at the reader's prices. */
export interface ReportModel {
  subject: { title: string; lanes: string };
  finding: string;
  warnings: string[];
  conditions: Conditions | undefined;
  peers: PeerSummary[];
  latencies: LatencyComparison[];
  scaling: Scaling[];
  prices: Prices;
  controls: Control[];
  noiseBound: number;
  voidRounds: VoidRound[];
  claims: Claim[];
  /** From the results. */
  run: Pick<Results, 'began' | 'ended' | 'interrupted' | 'command' | 'setup' | 'leftOut'>;
}

/** Computes the report from the results: equal results give equal reports. */
export function buildReportModel(results: Results): ReportModel {
  const { began, ended, interrupted, command, setup, leftOut } = results;
  const conditions = findConditions(results);
  const peers = summarizePeers(results, conditions);
  const latencies = compareLatencies(results);
  const controls = findControls(results);
  const voidRounds = findVoidRounds(results);
  return {
    subject: subjectOf(results),
    finding: findingOf(peers, conditions),
    warnings: warningsOf(results, { conditions, controls, voidRounds, latencies }),
    conditions,
    peers,
    latencies,
    scaling: findScaling(results),
    prices: examplePrices,
    controls,
    noiseBound: NOISE_BOUND,
    voidRounds,
    claims: judgeClaims(results, conditions),
    run: { began, ended, interrupted, command, setup, leftOut },
  };
}
