import { factor, number } from '../format.ts';
import { SETLIST, scenarioNamed } from '../model/conditions.ts';
import { connectionsText } from '../model/noise.ts';
import { summaryOf } from '../model/peers.ts';
import type { ReportModel } from '../model/report-model.ts';
import { html, Markup } from './html.ts';

/** In pixels. */
const WIDTH = 760;
const NAMES = 230;
const FIGURES = 150;
const ROW = 26;
const TOP = 62;

/** The colours of the report (`page/styles/colours.css`), which an image cannot import. */
const STYLES = `
  text { font: 13px system-ui, "Segoe UI", Roboto, Arial, sans-serif; fill: #1a1d21 }
  .title { font-size: 16px; font-weight: 700 }
  .quiet { fill: #575d64 }
  .setlist { font-weight: 700 }
  .bar { fill: #9aa2a9 }
  .bar.setlist { fill: #0063a0 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e8e8e4 }
    .quiet { fill: #a4abb2 }
    .bar { fill: #6c757d }
    .bar.setlist { fill: #5db5f0 }
  }`;

/**
 * One picture of the comparison as SVG, for pages without the script of the report: the requests per second of each peer in
 * the main scenario, the highest first, and Setlist's figure divided by each. Undefined if no round counts.
 */
export function plot({ conditions, peers }: ReportModel): Markup | undefined {
  if (!conditions) return undefined;
  const rows = peers
    .flatMap((peer) => {
      const summary = summaryOf(peer, conditions.scenario);
      return summary ? [{ peer, summary }] : [];
    })
    .sort((a, b) => b.summary.requestsPerSecond - a.summary.requestsPerSecond);
  const most = Math.max(...rows.map(({ summary }) => summary.requestsPerSecond));
  const { detail } = scenarioNamed(conditions.scenario);
  const height = TOP + rows.length * ROW + 8;
  return html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title">
<style>${new Markup(STYLES)}
</style>
<text class="title" id="title" x="0" y="18">Requests per second, ${detail}: more is better</text>
<text class="quiet" x="0" y="40">One process each, ${connectionsText(conditions.connections)}; in brackets: Setlist ÷ it</text>
${rows.map(({ peer, summary }, index) => {
  const y = TOP + index * ROW;
  const length = Math.max(1, Math.round(((WIDTH - NAMES - FIGURES) * summary.requestsPerSecond) / most));
  const ratio = summary.ratios[SETLIST];
  const style = peer.name === SETLIST ? 'setlist' : '';
  return html`<text class="${style}" x="${NAMES - 10}" y="${y + 15}" text-anchor="end">${peer.title}</text><rect class="bar ${style}" x="${NAMES}" y="${y + 3}" width="${length}" height="${ROW - 9}"/><text class="${style}" x="${NAMES + length + 8}" y="${y + 15}">${number(summary.requestsPerSecond)}${ratio && ` (${factor(ratio.median)})`}</text>
`;
})}</svg>
`;
}
