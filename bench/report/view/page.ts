import { createHash } from 'node:crypto';
import type { ReportModel } from '../model/report-model.ts';
import { claimsPart } from './claims.ts';
import { costPart } from './cost.ts';
import { headline } from './headline.ts';
import { html, jsonMarkup, Markup } from './html.ts';
import { latencyPart } from './latency.ts';
import { noisePart } from './noise.ts';
import { ratioPlots } from './ratios.ts';
import { resourcesPart, startUpPart } from './resources.ts';
import { scalingPart } from './scaling.ts';
import { setupPart } from './setup.ts';
import { summaryTable } from './summary-table.ts';

/** The static parts of the page. */
export interface Assets {
  styles: string;
  /** The script of the page, including the plotting library. */
  script: string;
  /** The licences of the packages in the script. */
  licences: string;
}

const PARTS: readonly [id: string, title: string, part: (model: ReportModel) => Markup][] = [
  ['summary', 'At a glance', summaryTable],
  ['ratios', 'Ratios', ratioPlots],
  ['latency', 'Latency', latencyPart],
  ['resources', 'CPU and memory', resourcesPart],
  ['scaling', 'Scaling', scalingPart],
  ['cost', 'Cost', costPart],
  ['start-up', 'Start-up and code', startUpPart],
  ['noise', 'Noise', noisePart],
  ['claims', 'Claims', claimsPart],
  ['set-up', 'Set-up', setupPart],
];

/** The document. Its policy allows no requests, and no other script. */
export function renderPage(model: ReportModel, { styles, script, licences }: Assets): string {
  const digest = createHash('sha256').update(script).digest('base64');
  const policy = `default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="${model.finding}">
<link rel="icon" href="data:,">
<title>Setlist benchmark report, ${model.run.began.slice(0, 10)}</title>
<style>${new Markup(styles)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the report</a>
<nav aria-label="Contents"><ul>${PARTS.map(([id, title]) => html`<li><a href="#${id}">${title}</a></li>`)}</ul>
<button type="button" id="theme" aria-pressed="false" hidden>Dark</button></nav>
<main id="main" tabindex="-1">
${headline(model)}
<noscript><p class="warnings">The plots need JavaScript; the tables contain all figures.</p></noscript>
${PARTS.map(([, , part]) => part(model))}
</main>
<footer><p>Generated from results.json by Setlist's benchmark lab, with Observable Plot and D3. This file makes no network requests.</p>
<details><summary>Licences</summary><pre>${licences}</pre></details></footer>
<script type="application/json" id="model">${jsonMarkup(model)}</script>
<script>${new Markup(script)}</script>
</body>
</html>
`.text;
}
