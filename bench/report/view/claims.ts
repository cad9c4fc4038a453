import type { Claim, Verdict } from '../model/claims/claim.ts';
import type { ReportModel } from '../model/report-model.ts';
import { html, type Markup } from './html.ts';
import { section } from './parts.ts';

const SIGNS: Record<Verdict, string> = { confirmed: '✓', refuted: '✗', undecided: '?', 'not measured': '–' };

/** Each claim with the measurements and the verdict of its rule. */
export function claimsPart({ claims }: ReportModel): Markup {
  return section(
    'claims',
    'Claims and measurements',
    html`<p>Claims of articles about these frameworks, judged by rules that were fixed before this run. A verdict only applies to this API on this machine.</p>
<table class="claims"><thead><tr><th scope="col">Claim</th><th scope="col">Verdict</th><th scope="col">Measured</th><th scope="col">Rule</th></tr></thead>
<tbody>${claims.map(row)}</tbody></table>
`,
  );
}

function row({ claim, verdict, measured, rule }: Claim): Markup {
  return html`<tr><th scope="row">${claim}</th><td><span class="verdict ${verdict.replaceAll(' ', '-')}"><span aria-hidden="true">${SIGNS[verdict]}</span> ${verdict}</span></td><td>${measured}</td><td class="rule"><span class="label">Rule: </span>${rule}</td></tr>
`;
}
