import { createHash } from 'node:crypto';
import t from 'tap';
import type { Results } from '../../lib/results.ts';
import { bundleAssets } from '../../report/bundle.ts';
import { buildReportModel } from '../../report/model/report-model.ts';
import { escapeHtml, html, jsonMarkup } from '../../report/view/html.ts';
import { renderPage } from '../../report/view/page.ts';
import { plot } from '../../report/view/plot.ts';
import { samplePeers } from './sample-peers.ts';
import { sampleResults } from './sample-results.ts';

const assets = { styles: '', script: '', licences: '' };
const render = (results: Results) => renderPage(buildReportModel(results), assets);
const HOSTILE = `</script><script>alert("1")</script><img src=x onerror='alert(2)'>&amp;`;

t.test('text is escaped, markup is not, and empty values are omitted', async (t) => {
  t.equal(escapeHtml(`<a b="c" d='e'>&`), '&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;');
  t.equal(
    html`<p>${'<b>'}${html`<i>${1}</i>`}${undefined}${false}${['a', html`<br>`]}</p>`.text,
    '<p>&lt;b&gt;<i>1</i>a<br></p>',
  );
  t.equal(html`${'$& \\n'}\n`.text, '$&amp; \\n\n', 'special characters stay unchanged');
  t.same(JSON.parse(jsonMarkup({ a: '</script><!--' }).text), { a: '</script><!--' });
  t.notMatch(jsonMarkup({ a: '</script>' }).text, /</);
});

t.test('hostile names, versions, reasons and problems stay text', async (t) => {
  const results = sampleResults({ rounds: 2, connections: [64] });
  const page = render({
    ...results,
    command: HOSTILE,
    setup: { ...results.setup, processor: HOSTILE, postgresSettings: { [HOSTILE]: HOSTILE } },
    peers: results.peers.map((peer) => ({
      ...peer,
      title: HOSTILE,
      language: HOSTILE,
      versions: { [HOSTILE]: HOSTILE },
    })),
    leftOut: [{ name: HOSTILE, title: HOSTILE, reason: HOSTILE }],
    closed: results.closed.map((round, index) => (index === 0 ? { ...round, problems: [HOSTILE] } : round)),
  });
  t.notMatch(page, /<img/);
  t.notMatch(page, /alert\("1"\)/);
  t.equal(page.match(/<script/g)?.length, 2, 'the figures and the script');
  t.match(page, /&lt;\/script&gt;&lt;script&gt;alert\(&quot;1&quot;\)/);
});

t.test('the picture has a bar for each peer, the longest first, and escapes names', async (t) => {
  const results = sampleResults({ rounds: 2, connections: [64] });
  const picture = plot(buildReportModel(results))?.text ?? '';
  const lengths = [...picture.matchAll(/<rect [^>]*width="(\d+)"/g)].map(([, width]) => Number(width));
  t.equal(lengths.length, results.peers.length);
  t.same(
    lengths,
    lengths.toSorted((a, b) => b - a),
  );
  t.notMatch(picture, /NaN|undefined|Infinity|\[object/);
  const hostile = results.peers.map((peer) => ({ ...peer, title: HOSTILE }));
  t.notMatch(plot(buildReportModel({ ...results, peers: hostile }))?.text, /<img|<script/);
  t.equal(plot(buildReportModel({ ...results, closed: [] })), undefined);
});

t.test('almost empty results make a page', async (t) => {
  const results = sampleResults({ rounds: 1, connections: [64] });
  const nothing = { ...results, peers: [], closed: [], open: [], leftOut: [] };
  const [gin] = samplePeers.filter(({ name }) => name === 'gin');
  const pages = [
    nothing,
    { ...nothing, began: '', ended: 'never', interrupted: true },
    sampleResults({ rounds: 1, connections: [1], peers: gin ? [gin] : [] }),
    { ...results, closed: results.closed.map((round) => ({ ...round, problems: ['wrong'] })) },
  ].map(render);
  for (const page of pages) {
    t.match(page, /<\/html>\n$/);
    t.notMatch(page.replace(/<script[\s\S]*$/, ''), /NaN|undefined|Infinity|\[object/);
  }
});

t.test('all parts are present, in order, and batched peers are labelled', async (t) => {
  const page = render(sampleResults({ rounds: 2 }));
  const parts = [...page.matchAll(/<section id="([^"]+)"/g)].map(([, id]) => id);
  t.same(parts, [
    'summary',
    'ratios',
    'latency',
    'resources',
    'scaling',
    'cost',
    'start-up',
    'noise',
    'claims',
    'set-up',
  ]);
  t.match(page, /Batched: concurrent requests share a query/);
  t.match(page, /data-base="setlist">\d+\.\d+<abbr title="across lanes">†<\/abbr>/);
  t.match(page, /<span class="tie">tie<\/span>/);
});

t.test('the page sends no requests, and runs only its own script', async (t) => {
  const bundled = await bundleAssets();
  const page = renderPage(buildReportModel(sampleResults({ rounds: 1, connections: [64] })), bundled);
  const [, policy = ''] = page.match(/Content-Security-Policy" content="([^"]+)"/) ?? [];
  t.match(policy, /^default-src &#39;none&#39;/);
  const digest = createHash('sha256').update(bundled.script).digest('base64');
  t.ok(policy.includes(`sha256-${digest}`));
  t.notMatch(page, /<(?:script|img|iframe|link)[^>]+(?:src|href)="(?!data:)/);
  t.notMatch(bundled.styles, /@import|url\(/);
  t.match(bundled.licences, /Copyright .*Observable/);
  t.match(bundled.licences, /Copyright .*Bostock/);
});
