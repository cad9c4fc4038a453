import { type Content, html, type Markup } from './html.ts';

/** A part of the page with its heading, reached by `#id`. */
export function section(id: string, title: string, ...contents: readonly Content[]): Markup {
  return html`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
${contents}
</section>
`;
}

/** A plot that the page's script draws into its frame; what is drawn is told in words, too. */
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

/** A table that scrolls sideways by itself where it is wider than the page, with the keyboard too. */
export function scrollingTable(label: string, ...contents: readonly Content[]): Markup {
  return html`<div class="scroll" role="region" aria-label="${label}" tabindex="0"><table>${contents}</table></div>
`;
}

/** What is there for those who want it, folded away. */
export function details(summary: string, ...contents: readonly Content[]): Markup {
  return html`<details><summary>${summary}</summary>${contents}</details>
`;
}

/** A choice of one of several; nothing where there is nothing to choose. */
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
