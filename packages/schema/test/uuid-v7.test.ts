import { randomFillSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createUuidV7, isUuidV7, uuidFloor, uuidTimeMs } from '../src/index.ts';

describe('uuid v7', () => {
  test('ids of one generator only grow, whatever the clock does', () => {
    const times = fc.array(fc.integer({ min: 0, max: 2 ** 47 }), { minLength: 2, maxLength: 200 });
    fc.assert(
      fc.property(times, (clockTimes) => {
        let index = 0;
        const createId = createUuidV7(() => clockTimes[index] ?? 0, randomFillSync);
        let last = '';
        for (index = 0; index < clockTimes.length; index += 1) {
          const id = createId();
          expect(isUuidV7(id)).toBe(true);
          expect(id > last).toBe(true);
          last = id;
        }
      }),
    );
  });

  test('an id carries the time of its clock', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 48 - 1 }), (ms) => {
        expect(uuidTimeMs(createUuidV7(() => ms, randomFillSync)())).toBe(ms);
      }),
    );
  });

  test('more ids than a millisecond holds borrow from the next one', () => {
    const createId = createUuidV7(() => 1_000_000, randomFillSync);
    const ids = Array.from({ length: 20_000 }, () => createId());
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.toSorted()).toEqual(ids);
    const lastMs = uuidTimeMs(ids.at(-1) ?? '');
    expect(lastMs).toBeGreaterThan(1_000_000);
    expect(lastMs).toBeLessThan(1_000_000 + 11);
  });

  test('a clock that went back is followed again once it has caught up', () => {
    let nowMs = 5000;
    const createId = createUuidV7(() => nowMs, randomFillSync);
    createId();
    nowMs = 100;
    expect(uuidTimeMs(createId())).toBe(5000);
    nowMs = 6000;
    expect(uuidTimeMs(createId())).toBe(6000);
  });

  test.each([Number.NaN, Infinity, -5, 2 ** 60])('a clock that says %s still gives an id', (ms) => {
    expect(isUuidV7(createUuidV7(() => ms, randomFillSync)())).toBe(true);
  });

  test('a fork does not go on with the random bytes of its parent', () => {
    let pid = 1;
    let fills = 0;
    const createId = createUuidV7(
      () => 1,
      (bytes) => {
        fills += 1;
        bytes.fill(fills);
      },
      () => pid,
    );
    const parent = createId().slice(19);
    pid = 2;
    expect(createId().slice(19)).not.toBe(parent);
    expect(fills).toBe(2);
  });

  test('ids minted in the same millisecond by different processes differ', () => {
    const ids = Array.from({ length: 1000 }, () => createUuidV7(() => 7, randomFillSync)());
    expect(new Set(ids).size).toBe(1000);
  });

  test('the floor of a millisecond is below its ids and above those before', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 48 - 1 }), (ms) => {
        expect(createUuidV7(() => ms, randomFillSync)() > uuidFloor(ms)).toBe(true);
        expect(createUuidV7(() => ms - 1, randomFillSync)() < uuidFloor(ms)).toBe(true);
      }),
    );
  });

  test.each(['', 'x', '00000000-0000-4000-8000-000000000000', '01a1fdca-0cdf-7647-c221-a3b5cfe04794', 7, null])(
    '%s is no UUIDv7',
    (value) => expect(isUuidV7(value)).toBe(false),
  );
});
