import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../package.ts';

/** The folder of the built assets of the docs pages. */
export const PAGE_ASSETS = join(packageRoot, 'dist', 'public');

/** The text of an asset from `src/docs/pages/`. */
export const pageAsset = (name: string): string => readFileSync(join(PAGE_ASSETS, name), 'utf8');
