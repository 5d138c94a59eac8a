import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { encodeFrame } from '../src/spool/frame.ts';
import { Replay } from '../src/spool/replay.ts';
import { makeTempDir } from './support/temp-dir.ts';

const LINES = Array.from({ length: 50 }, (_, index) => `{"n":${index}}`);
const FRAMES = LINES.map((line) => Buffer.from(encodeFrame({ lane: 'main', line })));
const SEGMENT = Buffer.concat(FRAMES);

/** Replays one segment from a disk and tells what came back. */
async function replay(dir: string, segment: Buffer) {
  const folder = join(dir, 'dead');
  const aside = join(dir, 'corrupt.frames');
  mkdirSync(folder, { recursive: true });
  rmSync(aside, { force: true });
  writeFileSync(join(folder, '00000001.spool'), segment);
  const lines: string[] = [];
  const found = { corrupt: 0, lost: 0 };
  const one = new Replay({
    spoolDir: dir,
    offer: async (entries) => {
      lines.push(...entries.map((entry) => entry.line));
      return entries.length;
    },
    onReplayed: () => undefined,
    onSegmentDone: () => undefined,
    onCorrupt: (costsEvent) => {
      found.corrupt += 1;
      found.lost += costsEvent ? 1 : 0;
    },
  });
  expect(await one.offerFolder('dead', Number.POSITIVE_INFINITY)).toBe(true);
  const isRemoved = !existsSync(join(folder, '00000001.spool'));
  return { lines, ...found, isRemoved, aside: existsSync(aside) ? readFileSync(aside) : Buffer.alloc(0) };
}

test('row C6: a bit flipped in any byte of a file of 50 events costs at most one, is counted, and its bytes are kept', async () => {
  const dir = makeTempDir();
  for (let index = 0; index < SEGMENT.length; index += 1) {
    const damaged = Buffer.from(SEGMENT);
    damaged[index] = (damaged[index] ?? 0) ^ (1 << (index % 8));
    const { lines, corrupt, lost, aside, isRemoved } = await replay(dir, damaged);
    expect(corrupt, `byte ${index}`).toBeGreaterThanOrEqual(1);
    expect(isRemoved).toBe(true);
    const missing = LINES.filter((line) => !lines.includes(line));
    const isNewline = SEGMENT[index] === 0x0a;
    expect(missing.length, `byte ${index}`).toBe(isNewline ? 0 : 1);
    expect(lost > 0).toBe(!isNewline);
    expect(lines.every((line) => LINES.includes(line))).toBe(true);
    // Nothing that cannot be read is thrown away: the damaged byte is among what was put aside.
    expect(aside.includes(damaged.subarray(index, index + 1)), `byte ${index}`).toBe(true);
  }
}, 60_000);

test('row C6: a file cut at any byte gives back every whole event and calls nothing lost', async () => {
  const dir = makeTempDir();
  let end = 0;
  const ends = FRAMES.map((frame) => (end += frame.length));
  for (let length = 0; length <= SEGMENT.length; length += 1) {
    const { lines, corrupt, isRemoved } = await replay(dir, SEGMENT.subarray(0, length));
    expect(lines).toEqual(LINES.slice(0, ends.filter((position) => position - 1 <= length).length));
    expect(corrupt).toBe(0);
    expect(isRemoved).toBe(true);
  }
}, 60_000);

test('a file of zeros, an empty file and a file of noise are removed without an event made up', async () => {
  const dir = makeTempDir();
  const noise = Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * 7919) % 256));
  for (const bytes of [Buffer.alloc(0), Buffer.alloc(100_000), noise]) {
    const { lines, isRemoved } = await replay(dir, bytes);
    expect(lines).toEqual([]);
    expect(isRemoved).toBe(true);
  }
});

test('what was put aside before is added to, not overwritten', async () => {
  const dir = makeTempDir();
  const damaged = Buffer.from(SEGMENT);
  damaged[20] = 0;
  await replay(dir, damaged);
  const aside = join(dir, 'corrupt.frames');
  appendFileSync(aside, 'earlier\n');
  mkdirSync(join(dir, 'dead'), { recursive: true });
  writeFileSync(join(dir, 'dead', '00000002.spool'), damaged);
  const second = new Replay({
    spoolDir: dir,
    offer: async (entries) => entries.length,
    onReplayed: () => undefined,
    onSegmentDone: () => undefined,
    onCorrupt: () => undefined,
  });
  await second.offerFolder('dead', Number.POSITIVE_INFINITY);
  const text = readFileSync(aside, 'latin1');
  expect(text).toContain('earlier\n');
  expect(text.split('\n')).toHaveLength(4);
});
