import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';

/** The folder of the screenshots; git ignores it. */
const FOLDER = 'screenshots';

/** The looks of a page: phone and laptop (widths in CSS pixels), each in both colour schemes. */
export const looks = [390, 1280].flatMap((width) =>
  (['light', 'dark'] as const).map((colorScheme) => ({
    name: `${width}-${colorScheme}`,
    colorScheme,
    viewport: { width, height: 900 },
  })),
);

/** Runs a function for each look of an open page, with the name of the look. */
export async function inEachLook(page: Page, look: (name: string) => Promise<void>): Promise<void> {
  for (const { name, colorScheme, viewport } of looks) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme });
    await look(name);
  }
}

/** Saves a screenshot of the page, or of a part of it. */
export async function screenshot(of: Page | Locator, name: string): Promise<void> {
  const path = join(FOLDER, `${name}.png`);
  await ('goto' in of ? of.screenshot({ path, fullPage: true }) : of.screenshot({ path }));
}

/** The overflow of the page over the width of the window, in CSS pixels. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
