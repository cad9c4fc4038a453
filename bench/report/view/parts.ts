import { type Content, html, type Markup } from './html.ts';

/** A section of the page with a heading and an id. */
export function section(id: string, title: string, ...contents: readonly Content[]): Markup {
  return html`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
${contents}
</section>
`;
}

/** A plot that the script draws into its frame, with a textual label. */
export function chart(
  kind: string,
  caption: Content,
  { label, data = {} }: { label: string; data?: Record<string, string | number> },
): Markup {
  const attributes = Object.entries(data).map(([name, value]) => html` data-${name}="${value}"`);
  return html`<figure class="chart" data-chart="${kind}"${attributes}>
<figcaption>${caption}</figcaption>
<div class="frame" role="img" aria-label="${label}"></div>
</figure>
`;
}

/** A table that scrolls horizontally if it is wider than the page, also with the keyboard. */
export function scrollingTable(label: string, ...contents: readonly Content[]): Markup {
  return html`<div class="scroll" role="region" aria-label="${label}" tabindex="0"><table>${contents}</table></div>
`;
}

/** Collapsed contents. */
export function details(summary: string, ...contents: readonly Content[]): Markup {
  return html`<details><summary>${summary}</summary>${contents}</details>
`;
}

/** A choice between several options; empty for a single option. */
export function choice(
  id: string,
  label: string,
  options: readonly { value: string | number; title: string }[],
): Content {
  if (options.length < 2) return undefined;
  return html`<p class="controls"><label for="${id}">${label}</label>
<select id="${id}">${options.map(({ value, title }) => html`<option value="${value}">${title}</option>`)}</select></p>
`;
}
