import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';

/** Where the pictures of a run are kept; git ignores it. */
const FOLDER = 'screenshots';

/** How a page may be looked at: on a telephone or a laptop (widths in CSS pixels), in the light or the dark. */
export const looks = [390, 1280].flatMap((width) =>
  (['light', 'dark'] as const).map((colorScheme) => ({
    name: `${width}-${colorScheme}`,
    colorScheme,
    viewport: { width, height: 900 },
  })),
);

/** Has an open page looked at in each way; `look` gets the name of the way. */
export async function inEachLook(page: Page, look: (name: string) => Promise<void>): Promise<void> {
  for (const { name, colorScheme, viewport } of looks) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme });
    await look(name);
  }
}

/** Keeps a picture of the whole page, or of a part of it. */
export async function picture(of: Page | Locator, name: string): Promise<void> {
  const path = join(FOLDER, `${name}.png`);
  await ('goto' in of ? of.screenshot({ path, fullPage: true }) : of.screenshot({ path }));
}

/** How many CSS pixels the page is wider than the window. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
