// Decides whether a recorded history of one song is linearizable: whether its operations can be ordered so that each takes
// effect between its call and its response. It uses the search of Wing and Gong (1993) with Lowe's memory (2017).

/** The state of a song: absent, or present with an id, which is unknown if no response contains it. */
export type SongState = { id: number | undefined; year: number } | undefined;

/** An operation and its outcome; without an outcome, its effect is unknown. */
export type Operation = { start: number; end: number } & (
  | { kind: 'create'; year: number; outcome?: { id: number } | 'exists' }
  | { kind: 'read'; id: number; outcome: { year: number } | 'absent' }
  | { kind: 'list'; outcome: { id: number; year: number } | 'absent' }
  | { kind: 'update'; id: number; year: number; outcome?: 'done' | 'absent' }
  | { kind: 'delete'; id: number; outcome?: 'done' | 'absent' }
);

/** Represents the years that are in no response. */
const UNSEEN = -1;

/**
 * Whether an order of the operations explains all outcomes, beginning without the song.
 *
 * @param history Each write has a unique year.
 */
export function isLinearizable(history: readonly Operation[]): boolean {
  const operations = relevant(history).sort((a, b) => a.start - b.start);
  const taken = operations.map(() => false);
  const seen = new Set<string>();
  let open = 0;
  /** The number of open operations that returned each year. */
  const unread = new Map<number | undefined, number>();

  const count = (operation: Operation | undefined, change: number) => {
    if (operation?.outcome !== undefined) open += change;
    const year = yearSeen(operation);
    if (year !== undefined) unread.set(year, (unread.get(year) ?? 0) + change);
  };
  for (const operation of operations) count(operation, 1);

  const take = (index: number, isTaken: boolean) => {
    taken[index] = isTaken;
    count(operations[index], isTaken ? -1 : 1);
  };

  const search = (state: SongState, from: number): boolean => {
    let first = from;
    while (taken[first]) first++;
    const next = candidates(operations, taken, first);
    // An operation that fits now and changes nothing can take effect now.
    const idle = next.filter((index) => isIdle(state, operations[index]));
    for (const index of idle) take(index, true);
    const found = open === 0 || (idle.length > 0 ? search(state, first) : branch(state, first, next));
    if (!found) for (const index of idle) take(index, false);
    return found;
  };

  const branch = (state: SongState, first: number, next: readonly number[]): boolean => {
    const position = `${first} ${beyond(taken, first)} ${state?.id} ${state?.year}`;
    if (seen.has(position)) return false;
    seen.add(position);
    for (const index of oneOfAKind(operations, next)) {
      for (const after of steps(state, operations[index])) {
        // An overwritten year does not return.
        if (after?.year !== state?.year && unread.get(state?.year)) continue;
        take(index, true);
        if (search(after, first)) return true;
        take(index, false);
      }
    }
    return false;
  };
  return search(undefined, 0);
}

function yearSeen(operation: Operation | undefined): number | undefined {
  const outcome = operation?.outcome;
  return typeof outcome === 'object' && 'year' in outcome ? outcome.year : undefined;
}

/** The taken operations after the first open one. */
function beyond(taken: readonly boolean[], first: number): number[] {
  const indexes: number[] = [];
  for (let index = taken.lastIndexOf(true); index > first; index--) if (taken[index]) indexes.push(index);
  return indexes;
}

function isIdle(state: SongState, operation: Operation | undefined): boolean {
  if (operation?.outcome === undefined) return false;
  const after = steps(state, operation);
  return after.length === 1 && after[0]?.id === state?.id && after[0]?.year === state?.year;
}

/**
 * Replaces all years that no operation returned with one, and drops updates to it with an unknown outcome: they do not
 * affect the rest.
 */
function relevant(history: readonly Operation[]): Operation[] {
  const seen = new Set(history.map(yearSeen));
  return history
    .map((operation) =>
      'year' in operation && !seen.has(operation.year) ? { ...operation, year: UNSEEN } : operation,
    )
    .filter((each) => each.kind !== 'update' || each.outcome !== undefined || each.year !== UNSEEN);
}

/**
 * Drops operations that are equal to an earlier candidate, including the outcome: if one of the two can be next, so can the
 * one that must end earlier, and the other can take its place.
 */
function oneOfAKind(operations: readonly Operation[], next: readonly number[]): number[] {
  const kinds = new Set<string>();
  return next.filter((index) => {
    const { start, end, ...asked } = operations[index] ?? {};
    const kind = JSON.stringify(asked);
    return !kinds.has(kind) && kinds.add(kind);
  });
}

/** The possible next operations: no other one ended before their calls. Those with an outcome come first. */
function candidates(operations: readonly Operation[], taken: readonly boolean[], first: number): number[] {
  let earliestEnd = Number.POSITIVE_INFINITY;
  const next: number[] = [];
  for (let index = first; index < operations.length; index++) {
    const operation = operations[index];
    if (taken[index] || !operation) continue;
    if (operation.start > earliestEnd) break;
    next.push(index);
    earliestEnd = Math.min(earliestEnd, operation.end);
  }
  return next.sort((a, b) => (operations[a]?.end ?? 0) - (operations[b]?.end ?? 0));
}

/** The possible states after an operation with this outcome; none if it is impossible here. */
function steps(state: SongState, operation: Operation | undefined): SongState[] {
  if (!operation) return [];
  const matches = 'id' in operation && state !== undefined && (state.id ?? operation.id) === operation.id;
  const mayMiss =
    state === undefined || ('id' in operation && (state.id === undefined || state.id !== operation.id));
  switch (operation.kind) {
    case 'create': {
      const { outcome, year } = operation;
      if (outcome === 'exists') return state ? [state] : [];
      return state ? [] : [{ id: outcome?.id, year }];
    }
    case 'list': {
      const { outcome } = operation;
      if (outcome === 'absent') return state ? [] : [undefined];
      const same = state && state.year === outcome.year && (state.id ?? outcome.id) === outcome.id;
      return same ? [outcome] : [];
    }
    case 'read': {
      const { id, outcome } = operation;
      if (outcome === 'absent') return mayMiss ? [state] : [];
      return matches && state?.year === outcome.year ? [{ id, year: outcome.year }] : [];
    }
    case 'update':
      if (operation.outcome === 'absent') return mayMiss ? [state] : [];
      return matches ? [{ id: operation.id, year: operation.year }] : [];
    case 'delete':
      if (operation.outcome === 'absent') return mayMiss ? [state] : [];
      return matches ? [undefined] : [];
  }
}
