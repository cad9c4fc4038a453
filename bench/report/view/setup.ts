import { gibibytes, number } from '../format.ts';
import type { ReportModel } from '../model/report-model.ts';
import { type Content, html, type Markup } from './html.ts';
import { scrollingTable, section } from './parts.ts';

/** The set-up, and how to reproduce or refute the results. */
export function setupPart({ run, peers }: ReportModel): Markup {
  const { setup, command, began, ended } = run;
  const facts: [string, Content][] = [
    ['Command', html`<code>${command}</code>`],
    ['Start, end', `${began} to ${ended}${run.interrupted ? ' (interrupted)' : ''}`],
    ['Processor', `${setup.processor}, ${number(setup.cores)} cores`],
    ['Memory', `${gibibytes(setup.memoryBytes)} GiB`],
    ['System', setup.system],
    ['Node.js of the lab', setup.node],
    ['Load generator', setup.loadGenerator],
    ['PostgreSQL', setup.postgres],
    ['PostgreSQL settings', settings(setup.postgresSettings)],
    ['Rows', `${number(setup.songs)} songs, ${number(setup.tasks)} tasks`],
    ['Serving processes', `${number(setup.workers)} per peer`],
    ['Database connections', `at most ${number(setup.poolMax)} per peer, for all its processes together`],
    [
      'Rounds',
      `${number(setup.rounds)}, ${number(setup.seconds)} s per measurement; ${number(setup.warmUpSeconds)} s of warm-up after each start`,
    ],
    ['Connections', setup.connections.map((connections) => number(connections)).join(', ')],
    ...openLoop(setup.openLoop),
    ['Seed', String(setup.seed)],
  ];
  return section(
    'set-up',
    'Set-up',
    html`<dl class="set-up">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
<h3>Versions and conformance</h3>`,
    scrollingTable(
      'Versions',
      html`<thead><tr><th scope="col" class="first">Implementation</th><th scope="col" class="text">Lane</th><th scope="col" class="text">Versions</th><th scope="col">Conformance checks</th></tr></thead><tbody>${peers.map(
        ({ title, lane, versions, conformance }) =>
          html`<tr><th scope="row" class="first">${title}</th><td class="text">${lane}</td><td class="text">${versions.map(([name, version]) => `${name} ${version}`).join(', ')}</td><td>${conformance.passed} passed, ${conformance.failed} failed</td></tr>`,
      )}</tbody>`,
    ),
    html`<h3>Method</h3>
<p>Every peer first passes the same black-box conformance suite. The seed determines the order of the interleaved rounds, so that changes of the machine affect all peers equally. Ratios are computed within rounds; the table shows their median and the 2.5th and 97.5th percentile of the medians of 2,000 random draws (percentile bootstrap). With n rounds, such an interval covers at most 1&nbsp;−&nbsp;2<sup>1−n</sup>: 75 % for three, 94 % for five. A round with a wrong response is void. Load generator, server and PostgreSQL share the machine.</p>
<h3>How to reproduce or refute it</h3>
<ol>
<li>In a clone of Setlist: <code>npm ci</code>, then <code>npm run bench</code> with the options of the command above and the seed ${setup.seed}. It writes results.json and this page; <code>npm run bench:report path/to/results.json</code> writes the page again from that file.</li>
<li>A peer that can be faster in a way that its documentation recommends is a bug: change its folder in <code>bench/peers/</code>, make it pass <code>npm run bench:conform</code>, measure it, and send the change with both results.json files.</li>
<li>Each rule of the claims table is a file in <code>bench/report/model/claims/</code>: change it if it is unfair.</li>
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
      `${given.arrivals} arrivals over at most ${number(given.connections)} connections, ${number(given.warmUpSeconds)} s of warm-up${rounds}; void if the generator's lag (p99) is above ${number(given.lagBound)} ms${capacity}`,
    ],
  ];
}

function settings(values: Record<string, string>): string {
  const entries = Object.entries(values).map(([name, value]) => `${name} = ${value}`);
  return entries.length === 0 ? 'the defaults' : entries.join(', ');
}
