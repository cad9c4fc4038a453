import { mebibytes, milliseconds, number } from '../format.ts';
import { scenarioNamed } from '../model/conditions.ts';
import { connectionsText } from '../model/noise.ts';
import { type PeerSummary, summaryOf } from '../model/peers.ts';
import type { ReportModel } from '../model/report-model.ts';
import { html, type Markup } from './html.ts';
import { chart, details, scrollingTable, section } from './parts.ts';

/** Processor time per request, and memory under load. */
export function resourcesPart({ conditions, peers }: ReportModel): Markup {
  if (!conditions)
    return section('resources', 'Processor time and memory', html`<p>No closed round counts.</p>`);
  const { measured, scenario, connections } = conditions;
  const main = scenarioNamed(scenario);
  return section(
    'resources',
    'Processor time and memory',
    html`<p>Processor time of the server's processes and of PostgreSQL, in microseconds per request, ${connectionsText(connections)}; memory is the proportional set size (PSS) of the server's processes at the end of the load. Less is better.</p>
<ul class="key" aria-label="Key"><li><span class="swatch server"></span>server</li><li><span class="swatch postgres"></span>PostgreSQL</li></ul>
<div class="grid">${measured.map((name) => {
      const { title } = scenarioNamed(name);
      return chart('cpu', html`<b>${title}</b> <small>µs of processor time per request</small>`, {
        label: `${title}: processor time per request of each peer; the figures are in the table below`,
        data: { scenario: name },
      });
    })}
${chart('memory', html`<b>Memory</b> <small>MiB, ${main.title}</small>`, { label: 'Memory of each peer; the figures are in the table “At a glance”' })}</div>`,
    details(
      'All figures',
      scrollingTable(
        'Processor time in all scenarios',
        html`<thead><tr><th scope="col" class="first">Server + PostgreSQL, µs per request</th>${measured.map((name) => html`<th scope="col">${scenarioNamed(name).title}</th>`)}<th scope="col">Memory <small>MiB</small></th></tr></thead><tbody>${peers.map((peer) => row(peer, measured, scenario))}</tbody>`,
      ),
    ),
  );
}

type Scenarios = PeerSummary['scenarios'][number]['scenario'];

function row(peer: PeerSummary, measured: readonly Scenarios[], main: Scenarios): Markup {
  const memory = summaryOf(peer, main)?.memory;
  return html`<tr><th scope="row" class="first">${peer.title}</th>${measured.map((name) => {
    const cpu = summaryOf(peer, name)?.cpu;
    return html`<td>${cpu ? `${number(cpu.server)} + ${number(cpu.postgres)}` : '–'}</td>`;
  })}<td>${memory === undefined ? '–' : mebibytes(memory)}</td></tr>
`;
}

/** Start-up time and lines of code. */
export function startUpPart({ peers }: ReportModel): Markup {
  return section(
    'start-up',
    'Start-up and code',
    html`<p>The time from the start of the process to the first successful response: each start, and the median. Lines are those that a team would write and maintain, without blank lines and comments. Setlist's lines are those of the whole service, which has more features than the benchmark requires: they are not comparable.</p>
<div class="grid two">${chart('startUp', html`<b>Start-up</b> <small>milliseconds, logarithmic; small marks are single starts</small>`, { label: 'Start-up time of each peer; the figures are below' })}
${chart('code', html`<b>Code</b> <small>lines</small>`, { label: 'Lines of code of each peer; the figures are below' })}</div>`,
    details(
      'All figures',
      scrollingTable(
        'Start-up and code',
        html`<thead><tr><th scope="col" class="first">Implementation</th><th scope="col">Start-up <small>ms, median</small></th><th scope="col">starts</th><th scope="col">lines</th><th scope="col">files</th></tr></thead><tbody>${peers.map(
          ({ title, startUp, linesOfCode, files }) =>
            html`<tr><th scope="row" class="first">${title}</th><td>${startUp ? milliseconds(startUp.median) : '–'}</td><td>${startUp?.rounds.length ?? 0}</td><td>${number(linesOfCode)}</td><td>${number(files)}</td></tr>`,
        )}</tbody>`,
      ),
    ),
  );
}
