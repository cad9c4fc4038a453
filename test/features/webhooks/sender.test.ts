import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, LookupFunction } from 'node:net';
import t, { type Test } from 'tap';
import { Sender, type SenderOptions } from '../../../src/features/webhooks/sender.ts';
import { newSecret } from '../../../src/features/webhooks/signature.ts';
import { startReceiver } from '../../support/receiver.ts';

const running = new AbortController().signal;
const message = (url: string) => ({ id: 'a', url, body: '{}', secrets: [newSecret()] });

function newSender(t: Test, options: Partial<SenderOptions> = {}): Sender {
  const sender = new Sender({ allowPrivate: true, timeout: 5_000, ...options });
  t.teardown(() => sender.close());
  return sender;
}

t.test('only public https URLs are accepted', async (t) => {
  const sender = newSender(t, { allowPrivate: false });
  for (const url of ['https://receiver.example/hooks', 'https://8.8.8.8', 'https://[2606:4700::1111]:8443/'])
    t.equal(sender.accepts(url), true, url);
  for (const url of [
    ...[
      'http://receiver.example/',
      'https://localhost/',
      'https://a.localhost/',
      'https://127.1/',
      'https://[::1]/',
    ],
    ...['https://169.254.169.254/latest', 'https://10.0.0.1:9000', 'https://1.2.3.4.5/', 'nonsense'],
  ])
    t.equal(sender.accepts(url), false, url);
  t.equal(newSender(t).accepts('http://localhost:9000/'), true);
});

t.test('a refused URL is not requested', async (t) => {
  const receiver = await startReceiver(t);
  const outcome = await newSender(t, { allowPrivate: false }).send(message(receiver.url), running);
  t.match(outcome, { status: null, error: 'Events are only sent to public addresses, by https' });
  t.same(receiver.requests, []);
});

t.test(
  'a name that resolves to a private address is refused, and each attempt resolves it once',
  async (t) => {
    const receiver = await startReceiver(t);
    const answers = ['8.8.8.8', '127.0.0.1'];
    const asked: string[] = [];
    const rebinding: LookupFunction = (hostname, _options, callback) => {
      asked.push(hostname);
      const address = answers[Math.min(asked.length - 1, 1)] ?? '';
      callback(null, [{ address, family: 4 }]);
    };
    const sender = newSender(t, { allowPrivate: false, lookup: rebinding, timeout: 300 });
    const url = `https://rebind.example:${receiver.port}/`;
    // The first attempt goes to the address that was checked, which does not respond here.
    t.equal((await sender.send(message(url), running)).status, null);
    t.equal(asked.length, 1);
    t.match(await sender.send(message(url), running), {
      status: null,
      error: 'Events are only sent to public addresses, by https',
    });
    t.equal(asked.length, 2);
    t.same(receiver.requests, []);
  },
);

t.test('redirects are failures, and are not followed', async (t) => {
  const target = await startReceiver(t);
  for (const status of [301, 302, 303, 307, 308]) {
    const receiver = await startReceiver(t, (response) =>
      response.writeHead(status, { location: status === 301 ? 'http://169.254.169.254/' : target.url }).end(),
    );
    t.match(await newSender(t).send(message(receiver.url), running), {
      status,
      error: `The response has the status ${status}`,
    });
  }
  t.same(target.requests, []);
});

t.test('a large response is not read', async (t) => {
  let written = 0;
  const receiver = await startReceiver(t, (response) => {
    response.writeHead(200);
    const write = () => {
      if (response.destroyed) return;
      written++;
      response.write('x'.repeat(16_384), () => setImmediate(write));
    };
    write();
  });
  t.match(await newSender(t).send(message(receiver.url), running), { status: 200, error: null });
  t.ok(written < 1_000, `${written} chunks`);
});

t.test('the status counts if the rest of a response does not arrive', async (t) => {
  const receiver = await startReceiver(t, (response) => response.writeHead(200).write('x'));
  t.match(await newSender(t, { timeout: 300 }).send(message(receiver.url), running), {
    status: 200,
    error: null,
  });
});

t.test('Retry-After is a number of seconds or a date', async (t) => {
  let header = '';
  const receiver = await startReceiver(t, (response) =>
    response.writeHead(503, { 'retry-after': header }).end(),
  );
  const sender = newSender(t);
  const delayFor = async (value: string) => {
    header = value;
    return (await sender.send(message(receiver.url), running)).retryAfter;
  };
  t.equal(await delayFor('120'), 120_000);
  t.equal(await delayFor('99999999'), 86_400_000, 'at most a day');
  const inMinutes = await delayFor(new Date(Date.now() + 600_000).toUTCString());
  t.ok(inMinutes > 500_000 && inMinutes <= 600_000);
  t.equal(await delayFor(new Date(0).toUTCString()), 0);
  t.equal(await delayFor('soon'), 0);
});

t.test('the reason of a failure contains no address', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const sender = newSender(t);
  t.match(await sender.send(message(`http://127.0.0.1:${port}/`), running), {
    status: null,
    error: 'The request failed (ECONNREFUSED)',
    retryAfter: 0,
  });
  const lookup: LookupFunction = () => {
    throw new Error('10.0.0.1');
  };
  t.match(await newSender(t, { lookup }).send(message('http://receiver.example/'), running), {
    error: 'The request failed',
  });
});
