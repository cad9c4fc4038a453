import { setImmediate as turn } from 'node:timers/promises';
import t from 'tap';
import { AbandonedError, Batcher, type BatcherOptions, QueueFullError } from '../../src/database/batcher.ts';

/** A batcher whose batches are answered when the test says so, each item with its own name. */
function held(options: Partial<BatcherOptions<string, string>> = {}) {
  const sent: { items: readonly string[]; answer(): void; fail(error: Error): void }[] = [];
  const batcher = new Batcher<string, string>({
    run: (items) =>
      new Promise((resolve, reject) => {
        sent.push({ items, answer: () => resolve(items.map((item) => `<${item}>`)), fail: reject });
      }),
    keyOf: (item) => item,
    maxBatchSize: 3,
    maxInFlight: 2,
    maxQueued: 100,
    ...options,
  });
  return { batcher, sent };
}

const outcome = (promise: Promise<string>) => promise.catch((error: Error) => error.name);

t.test('a lone call leaves at the end of the turn, without waiting', async (t) => {
  const { batcher, sent } = held();
  const result = batcher.run('a');
  t.equal(sent.length, 0, 'not before others of this turn could join');
  await turn();
  t.same(sent[0]?.items, ['a']);
  sent[0]?.answer();
  t.equal(await result, '<a>');
});

t.test('calls that arrive together travel together, and each gets its own result', async (t) => {
  const { batcher, sent } = held();
  const results = ['a', 'b', 'c'].map((item) => batcher.run(item));
  await turn();
  t.same(
    sent.map(({ items }) => items),
    [['a', 'b', 'c']],
  );
  sent[0]?.answer();
  t.same(await Promise.all(results), ['<a>', '<b>', '<c>']);
});

t.test('no batch is larger, and no more are on their way, than there may be', async (t) => {
  const { batcher, sent } = held();
  const results = [...'abcdefghij'].map((item) => batcher.run(item));
  await turn();
  await turn();
  t.same(
    sent.map(({ items }) => items.join('')),
    ['abc', 'def'],
  );
  t.match(batcher.counts, { inFlight: 2, queued: 4 });
  sent[1]?.answer();
  await turn();
  await turn();
  t.same(sent[2]?.items, ['g', 'h', 'i'], 'in the order in which they came');
  sent[0]?.answer();
  await turn();
  await turn();
  for (const batch of sent) batch.answer();
  t.equal((await Promise.all(results)).join(''), '<a><b><c><d><e><f><g><h><i><j>');
  t.same(batcher.counts, {
    batches: 4,
    items: 10,
    shared: 0,
    abandoned: 0,
    refused: 0,
    queued: 0,
    inFlight: 0,
  });
});

t.test('a full batch takes the slot that becomes free before the results are handed out', async (t) => {
  const { batcher, sent } = held({ maxInFlight: 1 });
  const results = [...'abcdefg'].map((item) => batcher.run(item));
  await turn();
  const sentWhenAnswered = results[0]?.then(() => sent.map(({ items }) => items.join('')));
  sent[0]?.answer();
  t.same(await sentWhenAnswered, ['abc', 'def']);
  sent[1]?.answer();
  t.equal(await results[5], '<f>');
  t.equal(sent.length, 2, 'one that is not full waits for others until the turn ends');
  await turn();
  sent[2]?.answer();
  t.equal(await results[6], '<g>');
});

t.test('a call shares the place of an equal one, but never joins one that has left', async (t) => {
  const { batcher, sent } = held();
  const first = [batcher.run('a'), batcher.run('a')];
  await turn();
  const later = batcher.run('a');
  await turn();
  t.same(
    sent.map(({ items }) => items),
    [['a'], ['a']],
    'the later one travels by itself',
  );
  sent[0]?.answer();
  t.same(await Promise.all(first), ['<a>', '<a>']);
  sent[1]?.fail(new Error('gone'));
  await t.rejects(later, { message: 'gone' });
  t.match(batcher.counts, { batches: 2, items: 2, shared: 1 });
});

t.test(
  'items with the same exclusive key travel one after the other, in the order in which they came',
  async (t) => {
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
      sent.at(-1)?.answer();
    }
    t.equal((await Promise.all(results)).join(), '<a1>,<a2>,<b1>,<a3>,<b2>');
    t.equal(batcher.counts.queued, 0);
  },
);

t.test('without keys no two calls are the same', async (t) => {
  const { batcher, sent } = held({ keyOf: undefined });
  const results = [batcher.run('a'), batcher.run('a')];
  await turn();
  t.same(sent[0]?.items, ['a', 'a']);
  sent[0]?.answer();
  t.same(await Promise.all(results), ['<a>', '<a>']);
});

t.test('a failure that may be one item’s fault is that item’s alone', async (t) => {
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

t.test('a failure that is nobody’s fault is everybody’s, and nothing is run again', async (t) => {
  const { batcher, sent } = held({ isolates: () => false });
  const results = ['a', 'b'].map((item) => outcome(batcher.run(item)));
  await turn();
  sent[0]?.fail(new RangeError('the connection broke'));
  t.same(await Promise.all(results), ['RangeError', 'RangeError']);
  t.equal(sent.length, 1);
  const after = batcher.run('c');
  await turn();
  sent[1]?.answer();
  t.equal(await after, '<c>', 'and it goes on');
});

t.test('a statement that gives the wrong number of results fails its batch', async (t) => {
  const { batcher } = held({ run: async () => ['only one'] });
  const results = ['a', 'b'].map((item) => outcome(batcher.run(item)));
  t.same(await Promise.all(results), ['TypeError', 'TypeError']);
});

t.test('who comes to a full queue is turned away, and served again once there is room', async (t) => {
  const { batcher, sent } = held({ maxQueued: 2 });
  const results = ['a', 'b', 'c'].map((item) => outcome(batcher.run(item)));
  t.equal(await results[2], QueueFullError.name);
  await turn();
  const served = batcher.run('d');
  await turn();
  for (const batch of sent) batch.answer();
  t.equal(await served, '<d>');
  t.match(batcher.counts, { refused: 1 });
});

t.test('who went away before the batch leaves is dropped from it', async (t) => {
  const { batcher, sent } = held();
  let gone = false;
  const results = [
    outcome(batcher.run('a', () => gone)),
    outcome(batcher.run('b', () => false)),
    outcome(batcher.run('b', () => gone)),
  ];
  gone = true;
  await turn();
  t.same(sent[0]?.items, ['b'], 'but whom another waits for is not');
  sent[0]?.answer();
  t.same(await Promise.all(results), [AbandonedError.name, '<b>', AbandonedError.name]);
  t.match(batcher.counts, { abandoned: 2, queued: 0 });

  const alone = outcome(batcher.run('c', () => true));
  t.equal(await alone, AbandonedError.name);
  t.equal(sent.length, 1, 'a batch of nobody does not leave');

  const last = outcome(batcher.run('d', () => true));
  await batcher.drain();
  t.equal(await last, AbandonedError.name, 'and nobody waits for it to');
});

t.test('draining waits for all that was accepted', async (t) => {
  const { batcher, sent } = held({ maxInFlight: 1 });
  await batcher.drain();
  const results = [...'abcd'].map((item) => batcher.run(item));
  let drained = false;
  const draining = Promise.all([batcher.drain(), batcher.drain()]).then(() => {
    drained = true;
  });
  await turn();
  sent[0]?.answer();
  await turn();
  await turn();
  t.notOk(drained);
  sent[1]?.answer();
  await draining;
  t.equal((await Promise.all(results)).length, 4);
});
