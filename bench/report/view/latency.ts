import { milliseconds, number } from '../format.ts';
import { scenarioNamed } from '../model/conditions.ts';
import type { LatencyComparison, PeerLatency } from '../model/latency.ts';
import type { ReportModel } from '../model/report-model.ts';
import { html, type Markup } from './html.ts';
import { chart, scrollingTable, section } from './parts.ts';

/** Latency by percentile, at a common rate. */
export function latencyPart({ latencies }: ReportModel): Markup {
  const none = html`<p>There is no valid open round and therefore no latency: latencies of a closed loop differ from those of users.</p>`;
  return section(
    'latency',
    'Latency at a common rate',
    html`<p>Open loop: requests are sent on schedule, independent of the server, and latency counts from the <em>scheduled</em> time, so that it includes waiting. One plot per peer, with all others in grey: the horizontal axis is the percentile (logarithm of its rarity), the vertical axis milliseconds (logarithmic). Lower is better.</p>`,
    latencies.length === 0 ? none : latencies.map(comparison),
  );
}

function comparison({ scenario, rate, peers }: LatencyComparison, index: number): Markup {
  const { title, detail } = scenarioNamed(scenario);
  const drawn = peers.filter(({ curve }) => curve);
  return html`<h3>${title}, ${number(rate)} requests/s for every peer <small>${detail}</small></h3>
<div class="multiples">${drawn.map((peer) =>
    chart('latency', html`<b>${peer.title}</b> <small>${peer.lane}</small>`, {
      label: `Latency of ${peer.title} by percentile; the figures are in the table below`,
      data: { comparison: index, peer: peer.peer },
    }),
  )}</div>
${scrollingTable(
  `Latencies, ${title}`,
  html`<thead><tr><th scope="col" class="first">Milliseconds, medians over the rounds</th><th scope="col">p50</th><th scope="col">p90</th><th scope="col">p99</th><th scope="col">p99.9</th><th scope="col">maximum</th><th scope="col">responses <small>per second</small></th><th scope="col">generator lag <small>p99 / maximum, ms</small></th></tr></thead><tbody>${peers.map(row)}</tbody>`,
)}`;
}

function row({ title, lane, percentiles, achieved, lag, fellBehind, isGeneratorLate }: PeerLatency): Markup {
  const { p50, p90, p99, p999, max } = percentiles;
  return html`<tr><th scope="row" class="first">${title} <small>${lane}</small></th>${[p50, p90, p99, p999, max].map((value) => html`<td>${milliseconds(value)}</td>`)}<td>${number(achieved)}${fellBehind && html` <span class="flag">fell behind</span>`}</td><td>${milliseconds(lag.p99)} / ${milliseconds(lag.max)}${isGeneratorLate && html` <span class="flag">late</span>`}</td></tr>
`;
}
