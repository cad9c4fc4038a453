import type { ScenarioName } from '../../lib/results.ts';
import { factor, interval, mebibytes, milliseconds, number } from '../format.ts';
import { type Conditions, SETLIST, scenarioNamed } from '../model/conditions.ts';
import { connectionsText } from '../model/noise.ts';
import { type Base, bases, isAcrossLanes, type PeerSummary, summaryOf } from '../model/peers.ts';
import type { ReportModel } from '../model/report-model.ts';
import type { Ratio } from '../model/series.ts';
import { type Content, html, type Markup } from './html.ts';
import { scrollingTable, section } from './parts.ts';

const LANES: Record<PeerSummary['lane'], string> = {
  batched: 'Batched: concurrent requests share a query',
  'one query a request': 'One query a request',
};

/** The main table: a row per peer, grouped by lane. */
export function summaryTable({ peers, conditions }: ReportModel): Markup {
  if (!conditions)
    return section('summary', 'At a glance', html`<p>No closed round counts: there are no figures.</p>`);
  const { connections, measured, scenario } = conditions;
  const lanes = (['batched', 'one query a request'] as const).filter((lane) =>
    peers.some((peer) => peer.lane === lane),
  );
  const columns = measured.length + 5;
  return section(
    'summary',
    'At a glance',
    html`<p>Medians over the rounds, ${connectionsText(connections)}, closed loop. Below requests/s: Setlist ÷ this implementation, within rounds (above 1, Setlist is faster), and its 95&nbsp;% bootstrap interval; <em>tie</em> if the interval contains 1. <abbr title="across lanes">†</abbr> marks comparisons of a batched with an unbatched implementation.</p>
${baseChoice(peers)}`,
    scrollingTable(
      'Figures of all peers',
      html`<thead><tr><th scope="col" class="first">Implementation</th>${measured.map(columnHead)}<th scope="col">CPU <small>µs per request, ${scenarioNamed(scenario).title}</small></th><th scope="col">Memory <small>MiB, ${scenarioNamed(scenario).title}</small></th><th scope="col">Start-up <small>ms</small></th><th scope="col">Code <small>lines</small></th></tr></thead>
${lanes.map((lane) => html`<tbody><tr class="lane"><th scope="rowgroup" colspan="${columns}"><span>${LANES[lane]}</span></th></tr>${peers.filter((peer) => peer.lane === lane).map((peer) => row(peer, conditions))}</tbody>`)}`,
    ),
  );
}

function baseChoice(peers: readonly PeerSummary[]): Content {
  const there = bases.filter((base) => peers.some(({ name }) => name === base));
  if (there.length === 0) return html`<p>Setlist was not measured: there are no ratios.</p>`;
  const title = (base: Base) =>
    base === SETLIST ? 'Setlist, default settings (batched)' : 'Setlist, one query a request';
  return html`<fieldset class="bases"><legend>The base of all ratios</legend>
${there.map((base, index) => html`<label><input type="radio" name="base" value="${base}" id="base-${base}"${index === 0 && html` checked`}> ${title(base)}</label> `)}</fieldset>`;
}

function columnHead(scenario: ScenarioName): Markup {
  const { title, detail } = scenarioNamed(scenario);
  return html`<th scope="col"><abbr title="${detail}">${title}</abbr> <small>requests/s</small></th>`;
}

function row(peer: PeerSummary, { measured, scenario }: Conditions): Markup {
  const main = summaryOf(peer, scenario);
  return html`<tr${peer.isSetlist && html` class="setlist"`}><th scope="row" class="first">${peer.title} <small>${peer.language}</small></th>${measured.map((name) => cell(peer, name))}<td>${main && number(main.cpu.total)}</td><td>${main && mebibytes(main.memory)}</td><td>${peer.startUp ? milliseconds(peer.startUp.median) : '–'}</td><td>${number(peer.linesOfCode)}${peer.isSetlist && html`<abbr title="The whole service, which has more features than the benchmark requires">*</abbr>`}</td></tr>
`;
}

function cell(peer: PeerSummary, scenario: ScenarioName): Markup {
  const summary = summaryOf(peer, scenario);
  if (!summary) return html`<td><span class="absent">no round counts</span></td>`;
  return html`<td><b>${number(summary.requestsPerSecond)}</b>${summary.voidRounds > 0 && html` <span class="flag">${summary.voidRounds} void</span>`}${bases.map((base) => html`<span class="ratio" data-base="${base}">${base === peer.name ? 'base' : ratioText(summary.ratios[base], isAcrossLanes(peer, base, scenario))}</span>`)}</td>`;
}

function ratioText(ratio: Ratio | undefined, isAcross: boolean): Content {
  if (!ratio) return '–';
  const mark = isAcross && html`<abbr title="across lanes">†</abbr>`;
  const range = interval(ratio);
  const told =
    ratio.comparison === 'tie'
      ? html`<span class="tie">tie</span> ${factor(ratio.median)}`
      : factor(ratio.median);
  return html`${told}${mark} <small>${range === '' ? '1 round' : range}</small>`;
}
