import { costOf, type Prices } from '../cost.ts';
import { type Conditions, scenarioNamed } from '../model/conditions.ts';
import { type PeerSummary, summaryOf } from '../model/peers.ts';
import type { ReportModel } from '../model/report-model.ts';
import { costCells } from './cost-cells.ts';
import { html, type Markup } from './html.ts';
import { choice, scrollingTable, section } from './parts.ts';

/** The price of processor time, which the reader can change. */
export function costPart({ conditions, peers, prices }: ReportModel): Markup {
  if (!conditions) return section('cost', 'Cost', html`<p>No closed round counts.</p>`);
  return section(
    'cost',
    'Cost',
    html`<p>Processor time per request × price, for server and PostgreSQL on processors at the same price. The price is an example; enter yours, in any currency. Memory, disks and spare machines are not included.</p>
${priceForm(prices)}`,
    choice(
      'cost-scenario',
      'Requests',
      costScenarios(conditions).map((value) => ({ value, title: scenarioNamed(value).title })),
    ),
    scrollingTable(
      'Cost of each peer',
      html`<thead><tr><th scope="col" class="first">Implementation</th><th scope="col">CPU-seconds <small>per million requests</small></th><th scope="col">Price <small>per million requests</small></th><th scope="col">vCPUs <small>for the load</small></th><th scope="col">Price <small>per month for the load</small></th></tr></thead><tbody id="cost-rows" aria-live="polite">${peers.map((peer) => row(peer, conditions, prices))}</tbody>`,
    ),
  );
}

/** The selectable scenarios, the one of the headline first. */
function costScenarios({ scenario, measured }: Conditions) {
  return [scenario, ...measured.filter((name) => name !== scenario)];
}

function priceForm({ perVcpuHour, load, utilisation }: Prices): Markup {
  return html`<form class="prices controls" id="prices" autocomplete="off">
<label>Price per vCPU-hour <input id="price" type="number" inputmode="decimal" min="0" step="any" value="${perVcpuHour}"></label>
<label>Load, requests/s <input id="load" type="number" inputmode="numeric" min="0" step="any" value="${load}"></label>
<label>Processors busy, % <input id="utilisation" type="number" inputmode="numeric" min="1" max="100" step="any" value="${utilisation * 100}"></label>
</form>
`;
}

function row(peer: PeerSummary, { scenario }: Conditions, prices: Prices): Markup {
  const cpu = summaryOf(peer, scenario)?.cpu.total;
  const cells = cpu === undefined ? ['–', '–', '–', '–'] : costCells(costOf(cpu, prices));
  return html`<tr data-peer="${peer.name}"><th scope="row" class="first">${peer.title} <small>${peer.lane}</small></th>${cells.map((text) => html`<td>${text}</td>`)}</tr>
`;
}
