// Operates Swagger UI with mouse and keyboard.
import type { Locator, Page } from 'playwright-core';
import type { Operation } from './contract.ts';

/** The displayed response, and the received one. */
export interface ShownResponse {
  shown: { status: number; body: string; headers: string; duration: string; isUndocumented: boolean };
  sent: { status: number; body: string; requestId: string; isFile: boolean };
}

/** The block of an operation on the page. */
export const block = (page: Page, { tag, id }: Operation): Locator =>
  page.locator(`[id="operations-${tag}-${id}"]`);

/** The link to an operation. */
export const deepLink = ({ tag, id }: Operation): string => `#/${tag}/${id}`;

/** Opens the page and waits until it is complete. */
export async function openSwaggerUi(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await page.locator('.opblock').first().waitFor();
}

/** Opens the block of an operation, and activates “Try it out”. */
export async function expand(page: Page, operation: Operation): Promise<void> {
  const opened = block(page, operation);
  if ((await opened.locator('.opblock-body').count()) === 0) {
    await opened.locator('.opblock-summary-control').click();
  }
  await opened.locator('.opblock-body').waitFor();
  const tryOut = opened.locator('.try-out__btn:not(.cancel)');
  if ((await tryOut.count()) > 0) await tryOut.click();
}

/** Closes the block of an operation. */
export async function collapse(page: Page, operation: Operation): Promise<void> {
  await block(page, operation).locator('.opblock-summary-control').click();
  await block(page, operation).locator('.opblock-body').waitFor({ state: 'detached' });
}

/** Clicks “Execute”, and returns the displayed and the received response. */
export async function execute(page: Page, operation: Operation): Promise<ShownResponse> {
  const opened = block(page, operation);
  const clear = opened.locator('.btn-clear');
  if ((await clear.count()) > 0) await clear.click();
  const received = page.waitForResponse((response) => isResponseTo(operation, response), { timeout: 10_000 });
  await opened.locator('.btn.execute').click();
  const response = await received;
  await response.finished();

  const live = opened.locator('.live-responses-table tbody tr.response');
  await live.locator('.response-col_status').waitFor();
  const part = (title: string) =>
    live.locator(`div:has(> h5:text-is("${title}")) pre`).filter({ visible: true });
  const text = async (title: string) =>
    (await part(title).count()) > 0 ? part(title).first().innerText() : '';
  const status = await live.locator('.response-col_status').innerText();
  return {
    shown: {
      status: Number.parseInt(status, 10),
      body: await text('Response body'),
      headers: await text('Response headers'),
      duration: await text('Request duration'),
      isUndocumented: (await live.locator('.response-undocumented').count()) > 0,
    },
    sent: {
      status: response.status(),
      body: response.status() === 204 ? '' : await response.text(),
      requestId: response.headers()['x-request-id'] ?? '',
      isFile: response.headers()['content-disposition'] !== undefined,
    },
  };
}

function isResponseTo(
  { method, path }: Operation,
  response: { url(): string; request(): { method(): string } },
): boolean {
  const pattern = new RegExp(`^(/v1)?${path.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`);
  return response.request().method() === method && pattern.test(new URL(response.url()).pathname);
}
