import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { packageRoot } from '../../src/package.ts';
import type { Assets } from './view/page.ts';

const folder = join(packageRoot, 'bench', 'report', 'page');

/** Packages with code in the page, which also contains their licences. */
const EMBEDDED = ['@observablehq/plot', 'd3'];

/** In cascade order: later styles override earlier ones. */
const STYLES = [
  'colours',
  'text',
  'contents',
  'headline',
  'tables',
  'controls',
  'plots',
  'details',
  'claims',
  'set-up',
  'narrow',
  'print',
];

/**
 * Bundles the page's script and the plotting library for a `<script>` element.
 *
 * @throws {Error} if the script does not compile, or contains text that would end the element.
 */
export async function bundleAssets(): Promise<Assets> {
  const bundle = await rolldown({ input: join(folder, 'main.ts'), platform: 'browser', logLevel: 'warn' });
  try {
    const { output } = await bundle.generate({ format: 'iife', minify: true });
    const [{ code }] = output;
    if (/<\/script|<!--/i.test(code))
      throw new Error('The bundled script contains text that would end its element.');
    const styles = STYLES.map((name) => readFileSync(join(folder, 'styles', `${name}.css`), 'utf8')).join(
      '\n',
    );
    return { script: code, styles, licences: EMBEDDED.map(licenceOf).join('\n\n') };
  } finally {
    await bundle.close();
  }
}

function licenceOf(name: string): string {
  return `${name}\n\n${readFileSync(join(packageRoot, 'bench', 'node_modules', name, 'LICENSE'), 'utf8').trim()}`;
}
