import { numberSource, type Requests } from '../lib/load/requests.ts';

/**
 * Sends one request, for load generators that only tell the kind of a status.
 *
 * @throws {Error} when the answer does not have the status.
 */
export async function probe(
  base: string,
  requests: Requests,
  status: number,
  signal: AbortSignal,
): Promise<void> {
  const { method, path, body, numbers } = requests;
  const n = numbers ? String(numberSource(numbers)()) : '';
  const answer = await fetch(`${base}${path.replaceAll('{n}', n)}`, {
    method,
    signal,
    ...(body !== undefined && {
      headers: { 'content-type': 'application/json' },
      body: body.replaceAll('{n}', n),
    }),
  });
  const text = await answer.text();
  if (answer.status !== status) {
    throw new Error(`${method} ${path} was answered with ${answer.status}, not ${status}: ${text}`);
  }
}
