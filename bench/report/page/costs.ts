import { costOf, type Prices } from '../cost.ts';
import { summaryOf } from '../model/peers.ts';
import type { ReportModel } from '../model/report-model.ts';
import { costCells } from '../view/cost-cells.ts';

/** Updates the costs when the reader changes a price, the load or the kind of requests. */
export function keepCosts(model: ReportModel): void {
  const rows = document.querySelectorAll<HTMLElement>('#cost-rows tr');
  const update = () => {
    const prices = readPrices();
    for (const row of rows) {
      const peer = model.peers.find(({ name }) => name === row.dataset.peer);
      const micros = peer && summaryOf(peer, chosenScenario(model))?.cpu.total;
      const cells = micros === undefined || !prices ? [] : costCells(costOf(micros, prices));
      for (const [index, cell] of row.querySelectorAll('td').entries())
        cell.textContent = cells[index] ?? '–';
    }
  };
  document.getElementById('prices')?.addEventListener('input', update);
  document.getElementById('prices')?.addEventListener('submit', (event) => event.preventDefault());
  document.getElementById('cost-scenario')?.addEventListener('change', update);
}

function readPrices(): Prices | undefined {
  const [perVcpuHour, load, busy] = ['price', 'load', 'utilisation'].map(numberOf);
  if (perVcpuHour === undefined || load === undefined || busy === undefined) return undefined;
  const isSensible = perVcpuHour >= 0 && load >= 0 && busy > 0 && busy <= 100;
  return isSensible ? { perVcpuHour, load, utilisation: busy / 100 } : undefined;
}

function numberOf(id: string): number | undefined {
  const input = document.getElementById(id);
  const value = input instanceof HTMLInputElement ? input.valueAsNumber : Number.NaN;
  return Number.isFinite(value) ? value : undefined;
}

function chosenScenario({ conditions, peers }: ReportModel) {
  const select = document.getElementById('cost-scenario');
  const value = select instanceof HTMLSelectElement ? select.value : conditions?.scenario;
  const summaries = peers.flatMap(({ scenarios }) => scenarios);
  return summaries.find(({ scenario }) => scenario === value)?.scenario ?? conditions?.scenario;
}
