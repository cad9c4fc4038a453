import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { Batcher } from '../../../src/database/batching/batcher.ts';
import type { BatcherOptions } from '../../../src/database/batching/batcher-options.ts';
import { DeadlineError, DisconnectedError, QueueFullError } from '../../../src/database/batching/delivery.ts';
import type { Caller } from '../../../src/database/batching/group.ts';

/** A batcher whose batches are pending until the test resolves them; the result of an item contains its name. */
function held(options: Partial<BatcherOptions<string, string>> = {}) {
  const sent: { items: readonly string[]; resolve(): void; fail(error: Error): void }[] = [];
  const batcher = new Batcher<string, string>({
    run: (items) =>
      new Promise((resolve, reject) => {
        sent.push({ items, resolve: () => resolve(items.map((item) => `<${item}>`)), fail: reject });
      }),
    keyOf: (item) => item,
    maxBatchSize: 3,
    maxInFlight: 2,
    maxQueued: 100,
    ...options,
  });
  return { batcher, sent };
}

/** A caller that waits until its deadline. */
const waitingFor = (timeout: number): Caller => ({
  isDisconnected: () => false,
  deadline: performance.now() + timeout,
});

/** Keeps the process alive: the timers of the batcher do not. */
async function keepingAlive(t: Test, wait: () => Promise<unknown>): Promise<void> {
  const timer = setInterval(() => {}, 1000);
  t.teardown(() => clearInterval(timer));
  await wait();
}

const outcome = (promise: Promise<string>) => promise.catch((error: Error) => error.name);

t.test('a single call is sent at the end of the turn, without delay', async (t) => {
  const { batcher, sent } = held();
  const result = batcher.run('a');
  t.equal(sent.length, 0, 'it waits for other calls of this turn');
  await turn();
  t.same(sent[0]?.items, ['a']);
  sent[0]?.resolve();
  t.equal(await result, '<a>');
});

t.test('concurrent calls are coalesced, and each gets its own result', async (t) => {
  const { batcher, sent } = held();
  const results = ['a', 'b', 'c'].map((item) => batcher.run(item));
  await turn();
  t.same(
    sent.map(({ items }) => items),
    [['a', 'b', 'c']],
  );
  sent[0]?.resolve();
  t.same(await Promise.all(results), ['<a>', '<b>', '<c>']);
});

t.test('the size of batches and the number in flight are limited', async (t) => {
  const { batcher, sent } = held();
  const results = [...'abcdefghij'].map((item) => batcher.run(item));
  await turn();
  await turn();
  t.same(
    sent.map(({ items }) => items.join('')),
    ['abc', 'def'],
  );
  t.match(batcher.counts, { inFlight: 2, queued: 4 });
  sent[1]?.resolve();
  await turn();
  await turn();
  t.same(sent[2]?.items, ['g', 'h', 'i'], 'in order of arrival');
  sent[0]?.resolve();
  await turn();
  await turn();
  for (const batch of sent) batch.resolve();
  t.equal((await Promise.all(results)).join(''), '<a><b><c><d><e><f><g><h><i><j>');
  t.same(batcher.counts, {
    batches: 4,
    items: 10,
    shared: 0,
    disconnected: 0,
    expired: 0,
    refused: 0,
    queued: 0,
    inFlight: 0,
  });
});

t.test('a full batch takes a free slot before results are delivered', async (t) => {
  const { batcher, sent } = held({ maxInFlight: 1 });
  const results = [...'abcdefg'].map((item) => batcher.run(item));
  await turn();
  const sentOnResults = results[0]?.then(() => sent.map(({ items }) => items.join('')));
  sent[0]?.resolve();
  t.same(await sentOnResults, ['abc', 'def']);
  sent[1]?.resolve();
  t.equal(await results[5], '<f>');
  t.equal(sent.length, 2, 'a batch that is not full waits for others until the turn ends');
  await turn();
  sent[2]?.resolve();
  t.equal(await results[6], '<g>');
});

t.test('a call shares the place of an equal one, but never joins a batch in flight', async (t) => {
  const { batcher, sent } = held();
  const first = [batcher.run('a'), batcher.run('a')];
  await turn();
  const later = batcher.run('a');
  await turn();
  t.same(
    sent.map(({ items }) => items),
    [['a'], ['a']],
    'the later one is sent separately',
  );
  sent[0]?.resolve();
  t.same(await Promise.all(first), ['<a>', '<a>']);
  sent[1]?.fail(new Error('gone'));
  await t.rejects(later, { message: 'gone' });
  t.match(batcher.counts, { batches: 2, items: 2, shared: 1 });
});

t.test('items with the same exclusive key are sent one after the other, in order of arrival', async (t) => {
  const { batcher, sent } = held({
    keyOf: undefined,
    exclusiveKeyOf: (item) => item[0] ?? '',
    maxInFlight: 1,
  });
  const results = ['a1', 'a2', 'b1', 'a3', 'b2'].map((item) => batcher.run(item));
  for (const batch of [['a1', 'b1'], ['a2', 'b2'], ['a3']]) {
    await turn();
    await turn();
    t.same(sent.at(-1)?.items, batch);
    sent.at(-1)?.resolve();
  }
  t.equal((await Promise.all(results)).join(), '<a1>,<a2>,<b1>,<a3>,<b2>');
  t.equal(batcher.counts.queued, 0);
});

t.test('without keys, no two calls are equal', async (t) => {
  const { batcher, sent } = held({ keyOf: undefined });
  const results = [batcher.run('a'), batcher.run('a')];
  await turn();
  t.same(sent[0]?.items, ['a', 'a']);
  sent[0]?.resolve();
  t.same(await Promise.all(results), ['<a>', '<a>']);
});

t.test('a failure that one item may have caused is isolated to that item', async (t) => {
  const runs: string[] = [];
  const batcher = new Batcher<string, string>({
    run: async (items) => {
      runs.push(items.join(''));
      if (items.includes('x')) throw new Error('poison');
      return items;
    },
    maxBatchSize: 10,
    maxInFlight: 2,
    maxQueued: 100,
    isolates: (error) => error instanceof Error && error.message === 'poison',
  });
  const results = await Promise.all([...'abxc'].map((item) => outcome(batcher.run(item))));
  t.same(results, ['a', 'b', 'Error', 'c']);
  t.same(runs, ['abxc', 'a', 'b', 'x', 'c']);
  t.equal(await outcome(batcher.run('x')), 'Error', 'a lone culprit is not run again');
  t.equal(runs.length, 6);
});

t.test('a failure that no item caused fails the whole batch, and nothing is retried', async (t) => {
  const { batcher, sent } = held({ isolates: () => false });
  const results = ['a', 'b'].map((item) => outcome(batcher.run(item)));
  await turn();
  sent[0]?.fail(new RangeError('the connection broke'));
  t.same(await Promise.all(results), ['RangeError', 'RangeError']);
  t.equal(sent.length, 1);
  const after = batcher.run('c');
  await turn();
  sent[1]?.resolve();
  t.equal(await after, '<c>', 'further batches are sent');
});

t.test('a statement with the wrong number of results fails its batch', async (t) => {
  const { batcher } = held({ run: async () => ['only one'] });
  const results = ['a', 'b'].map((item) => outcome(batcher.run(item)));
  t.same(await Promise.all(results), ['TypeError', 'TypeError']);
});

t.test('rejects calls when the queue is full, and accepts calls when it has room', async (t) => {
  const { batcher, sent } = held({ maxQueued: 2 });
  const results = ['a', 'b', 'c'].map((item) => outcome(batcher.run(item)));
  t.equal(await results[2], QueueFullError.name);
  await turn();
  const served = batcher.run('d');
  await turn();
  for (const batch of sent) batch.resolve();
  t.equal(await served, '<d>');
  t.match(batcher.counts, { refused: 1 });
});

t.test('a caller that disconnects before its batch is sent is dropped from it', async (t) => {
  const { batcher, sent } = held();
  let gone = false;
  const caller: Caller = { isDisconnected: () => gone, deadline: performance.now() + 60_000 };
  const results = [
    outcome(batcher.run('a', caller)),
    outcome(batcher.run('b', waitingFor(60_000))),
    outcome(batcher.run('b', caller)),
  ];
  gone = true;
  await turn();
  t.same(sent[0]?.items, ['b'], 'but not an item that another caller waits for');
  sent[0]?.resolve();
  t.same(await Promise.all(results), [DisconnectedError.name, '<b>', DisconnectedError.name]);
  t.match(batcher.counts, { disconnected: 2, queued: 0 });

  const alone = outcome(batcher.run('c', caller));
  t.equal(await alone, DisconnectedError.name);
  t.equal(sent.length, 1, 'a batch without callers is not sent');

  const last = outcome(batcher.run('d', caller));
  await batcher.drain();
  t.equal(await last, DisconnectedError.name, 'and draining does not wait for it');
});

t.test('a call whose deadline has passed when its batch is sent is not run', async (t) => {
  const { batcher, sent } = held();
  const results = [outcome(batcher.run('a', waitingFor(0))), outcome(batcher.run('b', waitingFor(60_000)))];
  await turn();
  t.same(sent[0]?.items, ['b']);
  sent[0]?.resolve();
  t.same(await Promise.all(results), [DeadlineError.name, '<b>']);
  t.match(batcher.counts, { expired: 1, items: 1, queued: 0 });
});

t.test(
  'a call that would not have a result by its deadline is not run, unless it has just come',
  async (t) => {
    const { batcher, sent } = held({ maxInFlight: 1 });
    void batcher.run('slow');
    await turn();
    const old = outcome(batcher.run('old', waitingFor(400)));
    const patient = batcher.run('patient', waitingFor(60_000));
    await delay(300);
    const young = batcher.run('young', waitingFor(600));
    sent[0]?.resolve();
    t.equal(await old, DeadlineError.name);
    await turn();
    t.same(sent[1]?.items, ['patient', 'young']);
    sent[1]?.resolve();
    t.same(await Promise.all([patient, young]), ['<patient>', '<young>']);
  },
);

t.test('callers are rejected at their deadline, in the queue and in flight', async (t) => {
  const { batcher, sent } = held({ maxInFlight: 1, maxBatchSize: 2 });
  const message = (promise: Promise<string>) => promise.catch((error: Error) => error.message);
  const results = ['a', 'b', 'c', 'c'].map((item) => message(batcher.run(item, waitingFor(50))));
  const patient = [batcher.run('c', waitingFor(60_000)), batcher.run('d')];
  await keepingAlive(t, async () => {
    const [first, ...others] = await Promise.all(results);
    t.match(first, 'in flight: its outcome is unknown');
    t.match(others, [first, 'in the queue: nothing was run', 'in the queue: nothing was run']);
  });
  t.match(batcher.counts, { expired: 4, queued: 2, inFlight: 1 });
  t.equal(sent.length, 1, 'a batch that does not return keeps its slot');
  sent[0]?.fail(new Error('given up'));
  await turn();
  await turn();
  t.same(sent[1]?.items, ['c', 'd'], 'the others are run once there is a slot');
  sent[1]?.resolve();
  t.same(await Promise.all(patient), ['<c>', '<d>']);
  await batcher.drain();
});

t.test('an earlier deadline is met after a later one was set', async (t) => {
  const { batcher, sent } = held();
  const later = batcher.run('a', waitingFor(60_000));
  const sooner = outcome(batcher.run('b', waitingFor(30)));
  await turn();
  await keepingAlive(t, async () => t.equal(await sooner, DeadlineError.name));
  sent[0]?.resolve();
  t.equal(await later, '<a>');
});

t.test('all waiting callers can be rejected immediately', async (t) => {
  const { batcher, sent } = held({ maxInFlight: 1, maxBatchSize: 1 });
  const results = ['a', 'b', 'c'].map((item) => outcome(batcher.run(item, waitingFor(60_000))));
  results.push(outcome(batcher.run('d')));
  await turn();
  batcher.expireAll();
  t.same(await Promise.all(results), Array(4).fill(DeadlineError.name));
  t.match(batcher.counts, { expired: 4, queued: 0, inFlight: 1 });
  sent[0]?.resolve();
  await batcher.drain();
  t.equal(sent.length, 1, 'nothing was run for those in the queue');
});

t.test('draining does not wait for expired calls', async (t) => {
  const { batcher, sent } = held({ maxInFlight: 1 });
  const first = batcher.run('a');
  await turn();
  const late = outcome(batcher.run('b', waitingFor(30)));
  await keepingAlive(t, async () => t.equal(await late, DeadlineError.name));
  sent[0]?.resolve();
  await batcher.drain();
  t.equal(await first, '<a>');
  t.equal(sent.length, 1);
});

t.test('an item without waiting callers is not retried', async (t) => {
  const runs: string[] = [];
  const failures: ((error: Error) => void)[] = [];
  const batcher = new Batcher<string, string>({
    run: (items) => {
      runs.push(items.join(''));
      return items.length > 1 ? new Promise((_, reject) => failures.push(reject)) : Promise.resolve(items);
    },
    maxBatchSize: 10,
    maxInFlight: 1,
    maxQueued: 100,
    isolates: () => true,
  });
  const late = outcome(batcher.run('a', waitingFor(30)));
  const patient = batcher.run('b');
  await keepingAlive(t, async () => t.equal(await late, DeadlineError.name));
  failures[0]?.(new Error('refused'));
  t.equal(await patient, 'b');
  t.same(runs, ['ab', 'b']);
});

t.test('many callers get their results over several turns of the event loop', async (t) => {
  const { batcher, sent } = held({ maxQueued: 1000 });
  let settled = 0;
  const results = Array.from({ length: 1000 }, () => batcher.run('a').then(() => settled++));
  await turn();
  sent[0]?.resolve();
  const perTurn: number[] = [];
  for (let before = 0; before < 1000; before = settled) {
    await turn();
    perTurn.push(settled - before);
  }
  t.ok(Math.max(...perTurn) <= 100, `${perTurn}`);
  await Promise.all(results);
  await batcher.drain();
});

t.test('draining waits for all accepted calls', async (t) => {
  const { batcher, sent } = held({ maxInFlight: 1 });
  await batcher.drain();
  const results = [...'abcd'].map((item) => batcher.run(item));
  let drained = false;
  const draining = Promise.all([batcher.drain(), batcher.drain()]).then(() => {
    drained = true;
  });
  await turn();
  sent[0]?.resolve();
  await turn();
  await turn();
  t.notOk(drained);
  sent[1]?.resolve();
  await draining;
  t.equal((await Promise.all(results)).length, 4);
});

t.test('only items of one group share a batch, and groups take turns', async (t) => {
  const { batcher, sent } = held({ groupOf: (item) => item[0] ?? '', maxInFlight: 1 });
  const results = ['a1', 'a2', 'b1', 'a3', 'a4', 'b2', 'c1', 'b1'].map((item) => batcher.run(item));
  for (const batch of ['a1 a2 a3', 'b1 b2', 'c1', 'a4']) {
    await turn();
    await turn();
    t.equal(sent.at(-1)?.items.join(' '), batch);
    sent.at(-1)?.resolve();
  }
  t.equal((await Promise.all(results)).join(' '), '<a1> <a2> <b1> <a3> <a4> <b2> <c1> <b1>');
  await batcher.drain();
  t.match(batcher.counts, { batches: 4, items: 7, shared: 1, queued: 0 });
});

t.test('a caller of one group that disconnects is dropped, and the other groups are served', async (t) => {
  const { batcher, sent } = held({ groupOf: (item) => item[0] ?? '' });
  const gone: Caller = { isDisconnected: () => true, deadline: performance.now() + 60_000 };
  const results = [
    outcome(batcher.run('a1', gone)),
    outcome(batcher.run('b1')),
    outcome(batcher.run('b2', gone)),
  ];
  await turn();
  t.same(
    sent.map(({ items }) => items),
    [['b1']],
  );
  sent[0]?.resolve();
  t.same(await Promise.all(results), [DisconnectedError.name, '<b1>', DisconnectedError.name]);
  await batcher.drain();
});

t.test('calls of all groups are rejected at their deadline', async (t) => {
  const { batcher, sent } = held({ groupOf: (item) => item[0] ?? '', maxInFlight: 1 });
  const first = batcher.run('a1');
  await turn();
  const late = [outcome(batcher.run('b1', waitingFor(30))), outcome(batcher.run('c1', waitingFor(30)))];
  const patient = batcher.run('c2', waitingFor(60_000));
  await keepingAlive(t, async () =>
    t.same(await Promise.all(late), [DeadlineError.name, DeadlineError.name]),
  );
  sent[0]?.resolve();
  t.equal(await first, '<a1>');
  await turn();
  await turn();
  t.same(sent[1]?.items, ['c2']);
  sent[1]?.resolve();
  t.equal(await patient, '<c2>');
});

t.test(
  'batches of a group grow while they are quick, and its items run one by one while they are slow',
  async (t) => {
    const { now } = performance;
    t.teardown(() => Object.assign(performance, { now }));
    // The clock of the test: a busy machine does not make a batch slow.
    let time = 1_000;
    performance.now = () => time;
    const { batcher, sent } = held({
      groupOf: (item) => item[0] ?? '',
      adaptation: { maxDuration: 40, maxInFlight: 1 },
      maxInFlight: 3,
    });
    const results = ['a1', 'a2'].map((item) => batcher.run(item));
    await turn();
    t.same(
      sent.map(({ items }) => items),
      [['a1'], ['a2']],
      'a group of unknown cost has single items, in all slots',
    );
    for (const batch of sent) batch.resolve();
    await Promise.all(results.splice(0));
    results.push(...['a3', 'a4', 'a5', 'a6'].map((item) => batcher.run(item)));
    await turn();
    t.same(
      sent.slice(2).map(({ items }) => items),
      [['a3', 'a4', 'a5']],
      'a quick one has batches of full size in fewer slots',
    );
    time += 120;
    sent[2]?.resolve();
    await turn();
    await turn();
    results.push(batcher.run('a7'));
    await turn();
    t.same(
      sent.slice(3).map(({ items }) => items),
      [['a6'], ['a7']],
      'a slow one has single items again',
    );
    for (const batch of sent) batch.resolve();
    await Promise.all(results);
  },
);
