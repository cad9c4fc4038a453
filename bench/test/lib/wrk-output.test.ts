import t from 'tap';
import { parseWrkOutput } from '../../lib/load/wrk-output.ts';

const clean = `Running 2s test @ http://127.0.0.1:38123/health
  1 threads and 8 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     3.57ms   11.02ms  88.21ms   93.78%
    Req/Sec    18.18k     7.84k   34.70k    76.19%
  Latency Distribution
     50%  237.00us
     75%    1.64ms
     90%    4.75ms
     99%   62.34ms
  38114 requests in 2.11s, 5.02MB read
Requests/sec:  18055.78
Transfer/sec:      2.38MB
`;

const failing = `Running 2s test @ http://127.0.0.1:38123/bad
  1 threads and 8 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     4.45ms   15.83ms 122.98ms   93.86%
    Req/Sec    25.69k    11.00k   37.29k    65.00%
  Latency Distribution
     50%  207.00us
     75%  530.00us
     90%    5.06ms
     99%   96.26ms
  51403 requests in 2.05s, 6.85MB read
  Non-2xx or 3xx responses: 5152
Requests/sec:  25080.41
Transfer/sec:      3.34MB
`;

const slow = `Running 2s test @ http://127.0.0.1:38123/slow
  1 threads and 8 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     1.20s   379.82us   1.20s    87.50%
    Req/Sec     6.00      0.00     6.00    100.00%
  Latency Distribution
     50%    1.20s 
     75%    1.20s 
     90%    1.20s 
     99%    1.20s 
  8 requests in 2.04s, 1.08KB read
Requests/sec:      3.93
Transfer/sec:     542.05B
`;

t.test('latencies have units from microseconds to seconds', async (t) => {
  t.same(parseWrkOutput(clean), {
    requests: 38_114,
    seconds: 2.11,
    p50Ms: 0.237,
    p99Ms: 62.34,
    problems: [],
  });
  t.match(parseWrkOutput(slow), { requests: 8, seconds: 2.04, p50Ms: 1200, p99Ms: 1200, problems: [] });
});

t.test('runs of more than a minute are supported', async (t) => {
  t.equal(parseWrkOutput(clean.replace('in 2.11s', 'in 1.50m')).seconds, 90);
});

t.test('responses other than 2xx and socket errors are problems', async (t) => {
  t.same(parseWrkOutput(failing).problems, ['5152 responses were not 2xx']);
  const broken = clean.replace(
    'Requests/sec',
    '  Socket errors: connect 0, read 3, write 0, timeout 1\nRequests/sec',
  );
  t.same(parseWrkOutput(broken).problems, ['socket errors: connect 0, read 3, write 0, timeout 1']);
});

t.test('other output is an error', async (t) => {
  t.throws(() => parseWrkOutput(''), /no number of requests/);
  t.throws(() => parseWrkOutput(clean.replace(/^ +50%.*$/m, '')), /latency at 50 %/);
  t.throws(() => parseWrkOutput(clean.replace('237.00us', '237.00ns')), /unknown unit "ns"/);
});
