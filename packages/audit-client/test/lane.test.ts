import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LaneEntry, RefusalCause } from '../src/lanes/lane-entry.ts';
import { ProducerLane } from '../src/lanes/lane.ts';
import type { PushOutcome } from '../src/lanes/push.ts';
import type { GateState } from '../src/lanes/redis-gate.ts';

interface Settled {
  readonly index: number;
  readonly as: 'accepted' | 'refused' | 'expired';
}

/** A lane whose pushes a test answers by hand. */
function createBench() {
  const pushes: {
    readonly lines: readonly string[];
    readonly attempts: readonly number[];
    answer(outcome: PushOutcome): void;
  }[] = [];
  const settled: Settled[] = [];
  const state = { gate: 'ready' as GateState, now: 0, silences: 0 };
  const lane = new ProducerLane({
    push: (entries) =>
      new Promise((answer) =>
        pushes.push({
          lines: entries.map((entry) => entry.line),
          attempts: entries.map((entry) => entry.attempts),
          answer,
        }),
      ),
    gateState: () => state.gate,
    onSilence: () => {
      state.silences += 1;
      state.gate = 'away';
    },
    onError: () => undefined,
    now: () => state.now,
  });
  function add(
    index: number,
    options: { readonly policy?: 'keep' | 'gone'; readonly deadlineAt?: number; readonly bytes?: number } = {},
  ): void {
    const entry: LaneEntry = {
      line: `${index}`,
      bytes: options.bytes ?? 10,
      deadlineAt: options.deadlineAt ?? Number.POSITIVE_INFINITY,
      attempts: 0,
      accepted: () => void settled.push({ index, as: 'accepted' }),
      refused: (_cause: RefusalCause) => {
        if (options.policy === 'keep') return 'keep';
        settled.push({ index, as: 'refused' });
        return 'gone';
      },
      expired: () => void settled.push({ index, as: 'expired' }),
    };
    lane.add(entry);
  }
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  const last = () => {
    const push = pushes.at(-1);
    if (push === undefined) throw new Error('nothing was pushed');
    return push;
  };
  return { lane, add, pushes, settled, state, turn, last };
}

function range(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, index) => `${from + index}`);
}

describe('a producer lane', () => {
  test('calls of one turn share one push, and those that come meanwhile the next', async () => {
    const bench = createBench();
    for (let index = 0; index < 5; index += 1) bench.add(index);
    await bench.turn();
    for (let index = 5; index < 9; index += 1) bench.add(index);
    await bench.turn();
    expect(bench.pushes.map((push) => push.lines)).toEqual([range(0, 5)]);
    bench.last().answer({ kind: 'answered', accepted: 5 });
    await bench.turn();
    expect(bench.pushes.map((push) => push.lines)).toEqual([range(0, 5), range(5, 9)]);
  });

  test('a push carries at most 256 entries and one million bytes', async () => {
    const bench = createBench();
    for (let index = 0; index < 300; index += 1) bench.add(index);
    for (let index = 300; index < 320; index += 1) bench.add(index, { bytes: 65_536 });
    const sizes: number[] = [];
    for (let answered = 0; answered < 320; answered += sizes.at(-1) ?? 0) {
      await bench.turn();
      sizes.push(bench.last().lines.length);
      bench.last().answer({ kind: 'answered', accepted: bench.last().lines.length });
    }
    expect(sizes).toEqual([256, 59, 5]);
    expect(bench.pushes.flatMap((push) => push.lines)).toEqual(range(0, 320));
  });

  test('the accepted prefix gets receipts and only the rest is refused', async () => {
    const bench = createBench();
    for (let index = 0; index < 4; index += 1) bench.add(index);
    await bench.turn();
    bench.last().answer({ kind: 'answered', accepted: 3 });
    await bench.turn();
    expect(bench.settled.map(({ as }) => as)).toEqual(['accepted', 'accepted', 'accepted', 'refused']);
  });

  test('kept entries stay in front, in order, and are pushed again as retries after a pause', async () => {
    const bench = createBench();
    for (let index = 0; index < 3; index += 1) bench.add(index, { policy: 'keep' });
    await bench.turn();
    bench.last().answer({ kind: 'answered', accepted: 1 });
    await bench.turn();
    bench.add(3, { policy: 'keep' });
    await bench.turn();
    expect(bench.pushes).toHaveLength(1);
    bench.state.now = 1000;
    bench.lane.tick(bench.state.now);
    await bench.turn();
    expect(bench.last()).toMatchObject({ lines: ['1', '2'], attempts: [2, 2] });
    bench.last().answer({ kind: 'answered', accepted: 2 });
    await bench.turn();
    expect(bench.last()).toMatchObject({ lines: ['3'], attempts: [1] });
  });

  test('a push without an answer is repeated once with the same entries, then they are refused and the gate suspected', async () => {
    const bench = createBench();
    bench.add(0);
    bench.add(1);
    await bench.turn();
    bench.last().answer({ kind: 'unknown', error: new Error('timeout') });
    await bench.turn();
    expect(bench.pushes.map((push) => push.lines)).toEqual([range(0, 2), range(0, 2)]);
    expect(bench.last().attempts).toEqual([2, 2]);
    bench.last().answer({ kind: 'unknown', error: new Error('timeout') });
    await bench.turn();
    expect(bench.settled.map(({ as }) => as)).toEqual(['refused', 'refused']);
    expect(bench.state.silences).toBe(1);
  });

  test('a push that never settles is given up, and its late answer is not taken for that of the next', async () => {
    const bench = createBench();
    bench.add(0);
    await bench.turn();
    const stuck = bench.last();
    bench.state.now = 3001;
    bench.lane.tick(bench.state.now);
    await bench.turn();
    expect(bench.pushes).toHaveLength(2);
    stuck.answer({ kind: 'answered', accepted: 1 });
    await bench.turn();
    expect(bench.settled).toEqual([]);
    bench.last().answer({ kind: 'answered', accepted: 1 });
    await bench.turn();
    expect(bench.settled).toEqual([{ index: 0, as: 'accepted' }]);
  });

  test('while the connection is being made entries wait, and an absent Redis refuses them without a push', async () => {
    const bench = createBench();
    bench.state.gate = 'connecting';
    bench.add(0);
    await bench.turn();
    expect(bench.pushes).toHaveLength(0);
    expect(bench.settled).toEqual([]);
    bench.state.gate = 'away';
    bench.lane.wake();
    await bench.turn();
    expect(bench.pushes).toHaveLength(0);
    expect(bench.settled).toEqual([{ index: 0, as: 'refused' }]);
  });

  test('a waiting entry expires at its deadline', async () => {
    const bench = createBench();
    bench.state.gate = 'connecting';
    bench.add(0, { deadlineAt: 100 });
    bench.add(1, { deadlineAt: 200 });
    await bench.turn();
    bench.lane.tick(100);
    expect(bench.settled).toEqual([{ index: 0, as: 'expired' }]);
    expect(bench.lane.tick(101)).toBe(true);
  });

  test('whatever the pushes answer, each entry is settled once, and nothing is accepted that Redis did not take', async () => {
    const answer = fc.oneof(
      fc.record({ kind: fc.constant('answered' as const), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
      fc.constant({ kind: 'refused' as const, share: 0 }),
      fc.constant({ kind: 'unknown' as const, share: 0 }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(20), { maxLength: 8 }),
        fc.array(answer, { minLength: 1, maxLength: 20 }),
        async (turns, answers) => {
          const bench = createBench();
          const taken = new Set<string>();
          let total = 0;
          let answered = 0;
          const respond = (): void => {
            for (; answered < bench.pushes.length; answered += 1) {
              const push = bench.pushes[answered];
              const plan = answers[answered] ?? { kind: 'answered' as const, share: 1 };
              if (push === undefined) continue;
              const accepted = Math.floor(plan.share * push.lines.length);
              if (plan.kind === 'answered') push.lines.slice(0, accepted).forEach((line) => taken.add(line));
              push.answer(
                plan.kind === 'answered'
                  ? { kind: 'answered', accepted }
                  : { kind: plan.kind, error: new Error('planned') },
              );
            }
          };
          for (const count of turns) {
            for (let index = 0; index < count; index += 1) bench.add(total + index);
            total += count;
            await bench.turn();
            respond();
            await bench.turn();
            bench.state.gate = 'ready';
          }
          while (bench.settled.length < total) {
            bench.lane.wake();
            await bench.turn();
            respond();
            bench.state.gate = 'ready';
          }
          expect(bench.settled.map(({ index }) => index).toSorted((a, b) => a - b)).toEqual(
            range(0, total).map(Number),
          );
          const accepted = bench.settled.filter(({ as }) => as === 'accepted').map(({ index }) => `${index}`);
          expect(accepted.every((line) => taken.has(line))).toBe(true);
        },
      ),
      { numRuns: 50 },
    );
  });
});
