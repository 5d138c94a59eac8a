import { deepEqual } from 'node:assert/strict';
import fc from 'fast-check';
import type { Claim, ClaimState, Lane } from '../../src/index.ts';
import { gate, takeFrom, type Model, type ModelClaim, type Real } from './queue-model.ts';
import { claimOptions, endLease, KEYS, texts } from './test-queue.ts';

type Command = fc.AsyncCommand<Model, Real>;

async function expectSame(model: Model, { queue, redis }: Real): Promise<void> {
  const open = model.claims.filter(({ isOver }) => !isOver);
  const state = await queue.inspect();
  deepEqual(state.conservationDifference, 0);
  deepEqual(state.inFlight, {
    claims: open.length,
    entries: open.reduce((sum, { entries }) => sum + entries.length, 0),
  });
  deepEqual((await redis.lrange(KEYS.queue, 0, -1)).toReversed(), model.lanes.main);
  deepEqual((await redis.lrange(KEYS.urgent, 0, -1)).toReversed(), model.lanes.urgent);
  deepEqual((await redis.lrange(KEYS.hold, 0, -1)).toReversed(), model.held);
  deepEqual(state.failed, model.failedIds.size);
  for (const { batchId, entries } of open) deepEqual(await redis.lrange(KEYS.batch(batchId), 0, -1), entries);
  deepEqual(
    model.pushed + model.redriven,
    model.acknowledged +
      model.dead +
      model.held.length +
      state.inFlight.entries +
      model.lanes.main.length +
      model.lanes.urgent.length,
  );
}

function command(name: string, run: (model: Model, real: Real) => Promise<void>, needsClaim = false): Command {
  return {
    check: (model) => !needsClaim || model.claims.length > 0,
    run: async (model, real) => {
      await run(model, real);
      await expectSame(model, real);
    },
    toString: () => name,
  };
}

// Mostly a claim that is still open, as a worker's calls are.
function pick(model: Model, index: number): ModelClaim {
  const open = model.claims.filter(({ isOver }) => !isOver);
  const from = index % 5 === 0 || open.length === 0 ? model.claims : open;
  const claim = from[index % from.length];
  if (claim === undefined) throw new Error('no claim');
  return claim;
}

function shape({ lane: from, epoch, attempt, depth }: Claim) {
  return { lane: from, epoch, attempt, depth };
}

const lane = fc.constantFrom<Lane>('main', 'urgent');
const index = fc.nat(1000);
// Mostly the present epoch, sometimes one that was before.
const staleness = fc.constantFrom(0, 0, 0, 1);

const push = fc.tuple(lane, fc.nat(12), fc.nat(25)).map(([to, count, capacity]) =>
  command(`push ${count} to ${to} below ${capacity}`, async (model, { queue, seen }) => {
    const fresh = Array.from({ length: count }, (_, offset) => `e${model.pushed + offset}-${'x'.repeat(offset * 3)}`);
    const fits = Math.max(0, Math.min(count, capacity - model.lanes[to].length));
    const pushed = await queue.enqueue(fresh, { lane: to, capacity });
    deepEqual([pushed.accepted, pushed.length], [fits, model.lanes[to].length + fits]);
    if (fits < count) seen.add('refused');
    model.lanes[to].push(...fresh.slice(0, fits));
    model.pushed += fits;
  }),
);

const claim = fc
  .tuple(lane, fc.integer({ min: 1, max: 15 }), fc.integer({ min: 1, max: 200 }), fc.boolean())
  .map(([prefer, limit, maxBytes, isRepeated]) =>
    command(`claim ${limit} or ${maxBytes} bytes, ${prefer} first`, async (model, { queue, seen }) => {
      const options = claimOptions({ prefer, limit, maxBytes, worker: 'w0' });
      const from = model.lanes[prefer].length > 0 ? prefer : prefer === 'main' ? 'urgent' : 'main';
      const taken = takeFrom(model, from, { limit, maxBytes });
      const first = await queue.claim(options);
      seen.add(first === null ? 'empty' : 'claimed');
      deepEqual(texts(first), taken);
      if (first === null) return;
      deepEqual(shape(first), { lane: from, epoch: 1, attempt: 1, depth: model.lanes[from].length });
      if (isRepeated) deepEqual(await queue.claim(options), first);
      model.claims.push({
        batchId: options.batchId,
        lane: from,
        entries: taken,
        epoch: 1,
        attempt: 1,
        state: 'decoding',
        worker: 'w0',
        hasEnded: false,
        isOver: false,
      });
    }),
  );

const renew = fc
  .tuple(index, staleness, fc.constantFrom<ClaimState>('decoding', 'sent', 'waiting'))
  .map(([at, stale, state]) =>
    command(
      `renew as ${state}`,
      async (model, { queue, seen }) => {
        const held = pick(model, at);
        const epoch = held.epoch - stale;
        const expected = gate(held, epoch) ?? 'renewed';
        deepEqual(await queue.renew({ batchId: held.batchId, epoch, leaseMs: 600_000, state }), expected);
        seen.add(expected);
        if (expected === 'renewed') Object.assign(held, { state, hasEnded: false });
      },
      true,
    ),
  );

const finish = fc
  .tuple(index, staleness, fc.nat(4), fc.nat(2), fc.nat(5))
  .map(([at, stale, deadCount, heldCount, letterId]) =>
    command(
      'finish',
      async (model, { queue, seen }) => {
        const done = pick(model, at);
        const epoch = done.epoch - stale;
        const expected = gate(done, epoch) ?? 'finished';
        const dead = Math.min(done.entries.length, deadCount);
        const held = done.entries.slice(dead, dead + heldCount);
        const rows = done.entries.length - dead - held.length;
        const deadLetters = Array.from({ length: dead }, (_, offset) => ({
          id: `d${letterId + offset}`,
          line: `{"id":"d${letterId + offset}"}`,
        }));
        const outcome = {
          stored: Math.ceil(rows / 2),
          duplicates: Math.floor(rows / 2),
          deadLetters,
          held: held.map((text) => Buffer.from(text)),
        };
        deepEqual(await queue.finish({ batchId: done.batchId, epoch, ...outcome }), expected);
        seen.add(expected);
        if (expected !== 'finished') return;
        done.isOver = true;
        model.acknowledged += rows;
        model.dead += dead;
        model.held.push(...held);
        for (const { id } of deadLetters) model.failedIds.add(id);
      },
      true,
    ),
  );

const release = fc.tuple(index, staleness).map(([at, stale]) =>
  command(
    'release',
    async (model, { queue, seen }) => {
      const given = pick(model, at);
      const epoch = given.epoch - stale;
      const expected = gate(given, epoch) ?? 'released';
      deepEqual(await queue.release({ batchId: given.batchId, epoch }), expected);
      seen.add(expected);
      if (expected !== 'released') return;
      given.isOver = true;
      model.lanes[given.lane].unshift(...given.entries);
    },
    true,
  ),
);

const endOfLease = index.map((at) =>
  command(
    'a lease ends',
    async (model, { queue, redis }) => {
      const ended = pick(model, at);
      await endLease(redis, ended.batchId);
      if (!ended.isOver) ended.hasEnded = true;
      const expired = model.claims.filter(({ hasEnded, isOver }) => hasEnded && !isOver).map(({ batchId }) => batchId);
      deepEqual((await queue.expired({ limit: 1000 })).toSorted(), expired.toSorted());
    },
    true,
  ),
);

const adopt = fc.tuple(index, fc.integer({ min: 1, max: 3 })).map(([at, callers]) =>
  command(
    `${callers} adopt`,
    async (model, { queue, seen }) => {
      const old = pick(model, at);
      const answers = await Promise.all(
        Array.from({ length: callers }, (_, caller) =>
          queue.adopt({ batchId: old.batchId, worker: `w${caller}`, leaseMs: 600_000 }),
        ),
      );
      const adopted = answers.filter((answer) => answer !== null);
      if (old.isOver || !old.hasEnded) {
        deepEqual(adopted, []);
        seen.add(old.isOver ? 'gone' : 'leased');
        return;
      }
      seen.add('adopted');
      const attempt = old.state === 'decoding' ? old.attempt + 1 : 1;
      Object.assign(old, { epoch: old.epoch + 1, attempt, state: 'decoding', hasEnded: false });
      deepEqual(adopted.map(shape), [
        {
          epoch: old.epoch,
          attempt,
          lane: old.lane,
          depth: model.lanes[old.lane].length,
        },
      ]);
      deepEqual(texts(adopted[0] ?? null), old.entries);
    },
    true,
  ),
);

const redrive = fc
  .tuple(lane, index, fc.boolean(), fc.constantFrom(0, 1000, 1000))
  .map(([to, at, isParked, capacity]) =>
    command('redrive', async (model, { queue, seen }) => {
      const parked = [...model.failedIds];
      const id = (isParked ? parked[at % parked.length] : undefined) ?? `d${at % 10}`;
      const isFull = model.lanes[to].length >= capacity;
      const expected = isFull ? 'full' : model.failedIds.has(id) ? 'redriven' : 'absent';
      const entry = `r${model.redriven}`;
      deepEqual(await queue.redrive({ id, line: `{"id":"${id}"}`, entry, lane: to, capacity }), expected);
      seen.add(expected);
      if (expected !== 'redriven') return;
      model.failedIds.delete(id);
      model.lanes[to].push(entry);
      model.redriven += 1;
    }),
  );

const restore = fc.integer({ min: 1, max: 6 }).map((limit) =>
  command(`restore ${limit}`, async (model, { queue, seen }) => {
    const back = model.held.splice(0, limit);
    deepEqual(await queue.restore({ limit }), back.length);
    model.lanes.main.unshift(...back);
    if (back.length > 0) seen.add('restored');
  }),
);

const forgetScripts = fc.constant(
  command('SCRIPT FLUSH', async (_model, { redis }) => void (await redis.script('FLUSH'))),
);

/** Any sequence of the protocol's operations, faults included. */
export function arbitraryCommands() {
  return fc.commands(
    [
      push,
      push,
      claim,
      claim,
      renew,
      finish,
      release,
      endOfLease,
      endOfLease,
      adopt,
      adopt,
      redrive,
      restore,
      forgetScripts,
    ],
    {
      maxCommands: 60,
      size: 'max',
    },
  );
}
