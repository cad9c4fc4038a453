import t from 'tap';
import { Group, type Waiter } from '../../../src/database/batching/group.ts';

const DEADLINE = 60_000;

/** A group with calls that began to wait at these times. */
function waiting(...times: number[]) {
  const group = new Group<string, string>({ maxBatchSize: 50, maxInFlight: 2, adaptation: undefined });
  const calls = times.map(
    (since): Waiter<string> => ({
      resolve: () => {},
      reject: () => {},
      caller: { isDisconnected: () => false, deadline: since + DEADLINE },
      since,
    }),
  );
  group.places.set('a', { item: 'a', waiters: calls });
  /** Takes a batch at a time, and returns which calls are refused. */
  const take = (now: number) => {
    group.observeWait(now);
    return calls.map((call) => group.isLate(call, now));
  };
  return { group, take, calls };
}

t.test(
  'calls that wait for more than a second are refused once all batches are late for five seconds',
  async (t) => {
    const { take } = waiting(0, 6_500);
    t.same(take(1_001), [false, false]);
    t.same(take(6_001), [false, false]);
    t.same(take(7_000), [true, false]);
  },
);

t.test('a batch without a late call ends the overload', async (t) => {
  const { take, calls } = waiting(0);
  take(1_001);
  const [call] = calls;
  if (call) call.since = 5_000;
  take(5_500);
  t.same(take(6_001), [false], 'it begins again');
  t.same(take(11_000), [false]);
  t.same(take(11_002), [true]);
});

t.test('a hang of the database is not an overload', async (t) => {
  const { take } = waiting(0);
  take(10);
  t.same(take(8_000), [false]);
});

t.test('calls wait for two slow batches', async (t) => {
  const { group, take } = waiting(0, 4_000);
  group.adapt(1, 2_000);
  take(4_001);
  t.same(take(9_002), [true, true]);
  const { group: other, take: takeOther } = waiting(0, 6_000);
  other.adapt(1, 2_000);
  takeOther(4_001);
  t.same(takeOther(9_002), [true, false]);
});

t.test('a call without a deadline is not refused', async (t) => {
  const { take, calls } = waiting(0);
  for (const call of calls) call.caller = undefined;
  take(1_001);
  t.same(take(100_000), [false]);
});
