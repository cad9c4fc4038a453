import autocannon, { type Instance, type Request, type Result } from 'autocannon';
import type { Load, LoadResult } from './load.ts';
import { numberSource, type Requests, type Share } from './requests.ts';

/** Sends requests with autocannon, in this process. It measures latency in whole milliseconds. */
export async function runAutocannon(load: Load): Promise<LoadResult> {
  const { base, requests, connections, seconds, statuses, signal } = load;
  const result = await new Promise<Result>((resolve, reject) => {
    const instance: Instance = autocannon(
      { url: base, connections, duration: seconds, requests: [request(requests)] },
      (error: Error | null, result: Result) => {
        signal.removeEventListener('abort', stop);
        if (signal.aborted) reject(signal.reason);
        else if (error) reject(error);
        else resolve(result);
      },
    );
    const stop = () => instance.stop?.();
    signal.addEventListener('abort', stop);
  });
  return {
    requests: result.requests.total,
    seconds: result.duration,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    problems: problemsOf(result, statuses),
  };
}

function request(requests: Requests | readonly Share[]): Request {
  if ('path' in requests && !requests.numbers) return fixed(requests);
  const shares = 'path' in requests ? [{ percent: 100, requests }] : requests;
  const kinds = shares.map(({ percent, requests }) => ({ percent, next: numbered(requests) }));
  return {
    setupRequest: (request) => {
      let draw = Math.random() * 100;
      const kind = kinds.find(({ percent }) => {
        draw -= percent;
        return draw < 0;
      });
      return { ...request, ...(kind ?? kinds.at(-1))?.next() };
    },
  };
}

function fixed({ method, path, body, headers }: Requests): Request {
  return {
    method: method as Request['method'],
    path,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body }),
  };
}

/** Returns the requests in order, each with its number. */
function numbered(requests: Requests): () => Request {
  const next = requests.numbers ? numberSource(requests.numbers) : () => 0;
  return () => {
    const n = String(next());
    return fixed({
      method: requests.method,
      path: requests.path.replaceAll('{n}', n),
      ...(requests.body !== undefined && { body: requests.body.replaceAll('{n}', n) }),
      headers: Object.fromEntries(
        Object.entries(requests.headers ?? {}).map(([name, value]) => [name, value.replaceAll('{n}', n)]),
      ),
    });
  };
}

function problemsOf(result: Result, statuses: readonly number[]): string[] {
  const expected = statuses.map(String);
  const others = Object.entries(result.statusCodeStats ?? {}).filter(([code]) => !expected.includes(code));
  return [
    ...others.map(([code, { count }]) => `${count} responses were ${code}`),
    ...(result.errors > 0 ? [`${result.errors} errors, ${result.timeouts} of them timeouts`] : []),
  ];
}
