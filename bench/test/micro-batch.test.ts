import { expect, test } from 'vitest';
import { MicroBatch } from '../src/cells/micro-batch.ts';

test('lines of one turn go together, in their order, and those that come meanwhile go next', async () => {
  const pushes: (readonly string[])[] = [];
  const batch = new MicroBatch(async (lines) => {
    pushes.push(lines);
    if (pushes.length === 1) void batch.add('c');
    await Promise.resolve();
  });
  await Promise.all([batch.add('a'), batch.add('b')]);
  await batch.add('d');
  expect(pushes).toEqual([
    ['a', 'b'],
    ['c', 'd'],
  ]);
});

test('a push carries 256 lines at most', async () => {
  const sizes: number[] = [];
  const batch = new MicroBatch(async (lines) => void sizes.push(lines.length));
  await Promise.all(Array.from({ length: 600 }, (_, number) => batch.add(String(number))));
  expect(sizes).toEqual([256, 256, 88]);
});

test('a push that fails rejects its own lines, and the next one goes on', async () => {
  let pushes = 0;
  const batch = new MicroBatch(async () => {
    pushes += 1;
    if (pushes === 1) throw new Error('away');
  });
  await expect(batch.add('a')).rejects.toThrow('away');
  await expect(batch.add('b')).resolves.toBeUndefined();
});
