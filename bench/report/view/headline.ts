import { gibibytes, number } from '../format.ts';
import type { ReportModel } from '../model/report-model.ts';
import { html, type Markup } from './html.ts';

/** The comparison, its conditions, its result, and warnings. */
export function headline({ subject, finding, warnings, run }: ReportModel): Markup {
  const { setup, began, ended } = run;
  const minutes = Math.round((Date.parse(ended) - Date.parse(began)) / 60_000);
  return html`<header class="headline">
<p class="kicker">Setlist benchmark report</p>
<h1>${subject.title}</h1>
<p>${subject.lanes}</p>
<p class="finding">${finding}</p>
<dl class="facts">
<div><dt>When</dt><dd><time datetime="${began}">${instant(began)}</time>, ${Number.isFinite(minutes) ? `${number(minutes)} min` : 'unknown length'}</dd></div>
<div><dt>Machine</dt><dd>${setup.processor}, ${number(setup.cores)} ${setup.cores === 1 ? 'core' : 'cores'}, ${gibibytes(setup.memoryBytes)} GiB; ${setup.system}</dd></div>
<div><dt>Load</dt><dd>${setup.loadGenerator}; ${number(setup.rounds)} × ${number(setup.seconds)} s, ${number(setup.workers)} serving ${setup.workers === 1 ? 'process' : 'processes'} each</dd></div>
<div><dt>Database</dt><dd>PostgreSQL ${setup.postgres.replace(/^PostgreSQL /, '')}; ${number(setup.songs)} songs, ${number(setup.tasks)} tasks</dd></div>
</dl>
${warnings.length > 0 && html`<div class="warnings" role="note" aria-label="Warnings"><p><strong>Limitations</strong></p><ul>${warnings.map((warning) => html`<li>${warning}</li>`)}</ul></div>`}
</header>
`;
}

/** `2026-11-20 08:00 UTC`; other text stays unchanged. */
function instant(text: string): string {
  const date = new Date(text);
  return Number.isNaN(date.valueOf()) ? text : `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
