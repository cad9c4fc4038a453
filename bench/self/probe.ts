import { numberSource, type Requests } from '../lib/load/requests.ts';

/**
 * Sends one request and checks its exact status: load generators only report classes of statuses.
 *
 * @throws {Error} if the status differs.
 */
export async function probe(
  base: string,
  requests: Requests,
  status: number,
  signal: AbortSignal,
): Promise<void> {
  const { method, path, body, numbers } = requests;
  const n = numbers ? String(numberSource(numbers)()) : '';
  const response = await fetch(`${base}${path.replaceAll('{n}', n)}`, {
    method,
    signal,
    ...(body !== undefined && {
      headers: { 'content-type': 'application/json' },
      body: body.replaceAll('{n}', n),
    }),
  });
  const text = await response.text();
  if (response.status !== status) {
    throw new Error(`${method} ${path} returned ${response.status}, not ${status}: ${text}`);
  }
}
