import autocannon, { type Instance, type Request, type Result } from 'autocannon';
import type { Load, LoadResult } from './load.ts';
import { numberSource, type Requests } from './requests.ts';

/** Sends requests with autocannon, in this process. Its latencies are whole milliseconds. */
export async function runAutocannon(load: Load): Promise<LoadResult> {
  const { base, requests, connections, seconds, status, signal } = load;
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
    problems: problemsOf(result, status),
  };
}

function request({ method, path, body, numbers }: Requests): Request {
  const common = {
    method: method as Request['method'],
    ...(body !== undefined && { headers: { 'content-type': 'application/json' } }),
  };
  if (!numbers) return { ...common, path, ...(body !== undefined && { body }) };
  const next = numberSource(numbers);
  return {
    ...common,
    setupRequest: (request) => {
      const n = String(next());
      return {
        ...request,
        path: path.replaceAll('{n}', n),
        ...(body !== undefined && { body: body.replaceAll('{n}', n) }),
      };
    },
  };
}

function problemsOf(result: Result, status: number): string[] {
  const others = Object.entries(result.statusCodeStats ?? {}).filter(([code]) => code !== String(status));
  return [
    ...others.map(([code, { count }]) => `${count} answers were ${code}`),
    ...(result.errors > 0 ? [`${result.errors} errors, ${result.timeouts} of them timeouts`] : []),
  ];
}
