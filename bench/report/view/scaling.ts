import { number } from '../format.ts';
import { scenarioNamed } from '../model/conditions.ts';
import type { ReportModel } from '../model/report-model.ts';
import type { Scaling } from '../model/scaling.ts';
import { html, type Markup } from './html.ts';
import { chart, choice, details, scrollingTable, section } from './parts.ts';

/** Requests per second over connections: one plot per peer. */
export function scalingPart({ scaling, peers }: ReportModel): Markup {
  const [first] = scaling;
  if (!first) {
    return section(
      'scaling',
      'Scaling over connections',
      html`<p>Only one number of connections was measured.</p>`,
    );
  }
  const drawn = peers.filter(({ name }) =>
    scaling.some((one) => one.peers.some(({ peer }) => peer === name)),
  );
  return section(
    'scaling',
    'Scaling over connections',
    html`<p>Requests/s with an increasing number of clients, each of which sends its next request as soon as it has a response, on logarithmic scales. One plot per peer, with all others in grey.</p>`,
    choice(
      'scaling-scenario',
      'Scenario',
      scaling.map(({ scenario }) => ({ value: scenario, title: scenarioNamed(scenario).title })),
    ),
    html`<div class="multiples">${drawn.map(({ name, title, lane }) =>
      chart('scaling', html`<b>${title}</b> <small>${lane}</small>`, {
        label: `Requests/s of ${title} over connections; the figures are in the tables below`,
        data: { peer: name },
      }),
    )}</div>`,
    details('All figures', scaling.map(table)),
  );
}

function table({ scenario, peers }: Scaling): Markup {
  const numbers = [
    ...new Set(peers.flatMap(({ points }) => points.map(({ connections }) => connections))),
  ].sort((a, b) => a - b);
  const { title } = scenarioNamed(scenario);
  return scrollingTable(
    `${title}: requests/s over connections`,
    html`<thead><tr><th scope="col" class="first">${title}, requests/s with …connections</th>${numbers.map((connections) => html`<th scope="col">${number(connections)}</th>`)}</tr></thead><tbody>${peers.map(
      (peer) =>
        html`<tr><th scope="row" class="first">${peer.title}</th>${numbers.map((connections) => {
          const point = peer.points.find((point) => point.connections === connections);
          return html`<td>${point ? number(point.requestsPerSecond) : '–'}</td>`;
        })}</tr>`,
    )}</tbody>`,
  );
}
