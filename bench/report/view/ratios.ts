import { scenarioNamed } from '../model/conditions.ts';
import type { ReportModel } from '../model/report-model.ts';
import { html, type Markup } from './html.ts';
import { chart, section } from './parts.ts';

/** A key for the marks of all plots. */
export const key: Markup = html`<ul class="key" aria-label="Key">
<li><span class="mark setlist"></span>Setlist</li>
<li><span class="mark batched"></span>batched</li>
<li><span class="mark plain"></span>one query a request</li>
<li><span class="mark hollow"></span>hollow: a tie, or one round</li>
</ul>
`;

/** Dot and whisker for each peer and scenario. */
export function ratioPlots({ conditions, peers }: ReportModel): Markup {
  if (!conditions) return section('ratios', 'Setlist ÷ each peer', html`<p>No closed round counts.</p>`);
  const hasRatios = peers.some(({ scenarios }) =>
    scenarios.some(({ ratios }) => Object.values(ratios).some((ratio) => ratio)),
  );
  if (!hasRatios)
    return section('ratios', 'Setlist ÷ each peer', html`<p>There are no two peers to compare.</p>`);
  return section(
    'ratios',
    'Setlist ÷ each peer',
    html`<p>Requests/s of <span class="base-name" data-base="setlist">Setlist with default settings (batched)</span><span class="base-name" data-base="setlist-plain">Setlist with one query a request</span>, divided by those of the peer, within rounds: median and 95&nbsp;% interval, on a logarithmic scale. Right of the line, Setlist is faster than the peer; left of it, slower. Shapes and colours distinguish the lanes; comparisons within a lane are the fairest.</p>`,
    key,
    html`<div class="grid">${conditions.measured.map((scenario) => {
      const { title, detail } = scenarioNamed(scenario);
      return chart('ratios', html`<b>${title}</b> <small>${detail}</small>`, {
        label: `${title}: Setlist's requests/s divided by those of each peer, with intervals; the figures are in the table “At a glance”`,
        data: { scenario },
      });
    })}</div>`,
  );
}
