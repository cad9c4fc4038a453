import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../package.ts';

/** Where the build puts what the docs pages load. */
export const PAGE_ASSETS = join(packageRoot, 'dist', 'public');

/** The text of a file of `src/docs/pages/`. */
export const pageAsset = (name: string): string => readFileSync(join(PAGE_ASSETS, name), 'utf8');
