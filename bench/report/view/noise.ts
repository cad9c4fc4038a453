import { factor, interval, number, percent } from '../format.ts';
import { scenarioNamed } from '../model/conditions.ts';
import { type Control, connectionsText, type VoidRound } from '../model/noise.ts';
import type { ReportModel } from '../model/report-model.ts';
import { html, type Markup } from './html.ts';
import { chart, details, scrollingTable, section } from './parts.ts';

const FEW = 12;

/** The noise of the machine, void rounds and skipped peers. */
export function noisePart({ controls, noiseBound, voidRounds, run }: ReportModel): Markup {
  return section(
    'noise',
    'Noise control',
    controls.length === 0
      ? html`<p>There is no A/A control: the noise of the machine is unknown.</p>`
      : controlsPart(controls, noiseBound),
    html`<h3>Void rounds</h3>`,
    voidRounds.length === 0
      ? html`<p>None: all responses of all rounds were valid.</p>`
      : voidPart(voidRounds),
    html`<h3>Skipped peers</h3>`,
    run.leftOut.length === 0
      ? html`<p>None: every peer passed its build and its conformance checks.</p>`
      : html`<ul>${run.leftOut.map(({ title, reason }) => html`<li><b>${title}</b>: ${reason}</li>`)}</ul>`,
  );
}

function controlsPart(controls: readonly Control[], bound: number): Markup {
  const worst = Math.max(...controls.map(({ deviation }) => deviation));
  return html`<p>A/A: a second, independent start of Setlist, measured like any peer, divided by the first. It should be 1; the difference is noise. The report warns beyond ${percent(bound, 0)} (the shaded band). The largest deviation of a median was ${percent(worst)}.</p>
${chart('noise', html`<b>Setlist ÷ Setlist</b> <small>requests/s, median and 95&nbsp;% interval</small>`, { label: 'The A/A ratios; the figures are in the table below' })}
${details(
  'All figures',
  scrollingTable(
    'A/A ratios',
    html`<thead><tr><th scope="col" class="first">Setlist ÷ Setlist</th><th scope="col">requests/s</th><th scope="col">interval</th><th scope="col">CPU</th><th scope="col">interval</th></tr></thead><tbody>${controls.map(row)}</tbody>`,
  ),
)}`;
}

function row({ scenario, connections, requestsPerSecond, cpu, isBeyondBound }: Control): Markup {
  return html`<tr><th scope="row" class="first">${scenarioNamed(scenario).title}, ${connectionsText(connections)}</th><td>${factor(requestsPerSecond.median)}${isBeyondBound && html` <span class="flag">beyond the bound</span>`}</td><td>${interval(requestsPerSecond)}</td><td>${cpu && factor(cpu.median)}</td><td>${cpu && interval(cpu)}</td></tr>`;
}

/** Many rounds are collapsed; few are always visible, also on paper. */
function voidPart(rounds: readonly VoidRound[]): Markup {
  return rounds.length > FEW
    ? details(`${number(rounds.length)} void rounds`, voidTable(rounds))
    : voidTable(rounds);
}

function voidTable(rounds: readonly VoidRound[]): Markup {
  return scrollingTable(
    'Void rounds',
    html`<thead><tr><th scope="col" class="first">Implementation</th><th scope="col">Scenario</th><th scope="col">Load</th><th scope="col">Round</th><th scope="col" class="text">Reasons</th></tr></thead><tbody>${rounds.map(
      ({ peer, isControl, scenario, load, round, problems }) =>
        html`<tr><th scope="row" class="first">${peer}${isControl && ' (control)'}</th><td>${scenarioNamed(scenario).title}</td><td>${load}</td><td>${round}</td><td class="text">${problems.join('; ')}</td></tr>`,
    )}</tbody>`,
  );
}
