import { gibibytes, number } from '../format.ts';
import type { ReportModel } from '../model/report-model.ts';
import { type Content, html, type Markup } from './html.ts';
import { scrollingTable, section } from './parts.ts';

/** The whole set-up, how to do it again, and how to prove it wrong. */
export function setupPart({ run, peers }: ReportModel): Markup {
  const { setup, command, began, ended } = run;
  const facts: [string, Content][] = [
    ['Command', html`<code>${command}</code>`],
    ['Began, ended', `${began} to ${ended}${run.interrupted ? ' (interrupted)' : ''}`],
    ['Processor', `${setup.processor}, ${number(setup.cores)} cores`],
    ['Memory', `${gibibytes(setup.memoryBytes)} GiB`],
    ['System', setup.system],
    ['Node.js of the lab', setup.node],
    ['Load generator', setup.loadGenerator],
    ['PostgreSQL', setup.postgres],
    ['PostgreSQL settings', settings(setup.postgresSettings)],
    ['Rows', `${number(setup.songs)} songs, ${number(setup.tasks)} tasks`],
    ['Serving processes', `${number(setup.workers)} for each peer`],
    ['Database connections', `at most ${number(setup.poolMax)} for each peer, all its processes together`],
    [
      'Rounds',
      `${number(setup.rounds)}, ${number(setup.seconds)} s for each measurement; ${number(setup.warmUpSeconds)} s of warm-up after each start`,
    ],
    ['Connections', setup.connections.map((connections) => number(connections)).join(', ')],
    ...openLoop(setup.openLoop),
    ['Seed', String(setup.seed)],
  ];
  return section(
    'set-up',
    'Set-up, and how to overturn it',
    html`<dl class="set-up">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
<h3>Versions and conformance</h3>`,
    scrollingTable(
      'Versions',
      html`<thead><tr><th scope="col" class="first">Implementation</th><th scope="col" class="text">Lane</th><th scope="col" class="text">Versions</th><th scope="col">Conformance checks</th></tr></thead><tbody>${peers.map(
        ({ title, lane, versions, conformance }) =>
          html`<tr><th scope="row" class="first">${title}</th><td class="text">${lane}</td><td class="text">${versions.map(([name, version]) => `${name} ${version}`).join(', ')}</td><td>${conformance.passed} passed, ${conformance.failed} failed</td></tr>`,
      )}</tbody>`,
    ),
    html`<h3>How it was measured</h3>
<p>Every peer first passes the same black-box conformance suite. Rounds are interleaved in an order that the seed decides, so that what changes on the machine falls on all alike. Ratios are taken within a round; the table has their median and the 2.5th and 97.5th percentile of the medians of 2,000 random draws (percentile bootstrap). With n rounds such an interval covers at most 1&nbsp;−&nbsp;2<sup>1−n</sup>: 75 % for three, 94 % for five. A round with any wrong answer is void. Load generator, server and PostgreSQL share the machine.</p>
<h3>Do it again, or prove it wrong</h3>
<ol>
<li>In a clone of Setlist: <code>npm ci</code>, then <code>npm run bench</code> with the options of the command above and the seed ${setup.seed}. It makes results.json and this page beside it; <code>npm run bench:report path/to/results.json</code> draws the page anew, from that file alone.</li>
<li>A peer that can be made faster in the way its own documentation recommends is a bug: change its folder in <code>bench/peers/</code>, let it pass <code>npm run bench:conform</code>, measure, and send the change with both results.json files.</li>
<li>A rule of the claims table that is unfair is one file in <code>bench/report/model/claims/</code>.</li>
</ol>`,
  );
}

function openLoop(given: ReportModel['run']['setup']['openLoop']): [string, string][] {
  if (!given) return [];
  const capacity =
    given.capacity === undefined
      ? ''
      : `; the generator can send ${number(given.capacity)} requests/s on time`;
  const rounds = given.rounds === undefined ? '' : `, ${number(given.rounds)} rounds`;
  return [
    [
      'Open loop',
      `${given.arrivals} arrivals over at most ${number(given.connections)} connections, ${number(given.warmUpSeconds)} s of warm-up${rounds}; void where the generator's lag (p99) is above ${number(given.lagBound)} ms${capacity}`,
    ],
  ];
}

function settings(values: Record<string, string>): string {
  const entries = Object.entries(values).map(([name, value]) => `${name} = ${value}`);
  return entries.length === 0 ? 'the defaults' : entries.join(', ');
}
