import { expect, test } from 'vitest';
import { decodeFrames, encodeFrame } from '../src/spool/frame.ts';

const ENTRIES = Array.from({ length: 50 }, (_, index) => ({
  lane: index % 3 === 0 ? ('urgent' as const) : ('main' as const),
  line: JSON.stringify({ v: 1, id: `id-${index}`, metadata: { text: 'grün ✓ \u2028'.repeat(index % 4) } }),
}));
const FRAMES = ENTRIES.map((entry) => Buffer.from(encodeFrame(entry)));
const SEGMENT = Buffer.concat(FRAMES);

function linesOf(bytes: Buffer): readonly string[] {
  return decodeFrames(bytes, true).frames.flatMap((frame) => (frame.kind === 'entry' ? [frame.entry.line] : []));
}

test('entries come back from their frames with their lanes, in order', () => {
  const { frames, rest } = decodeFrames(SEGMENT);
  expect(frames).toEqual(ENTRIES.map((entry) => ({ kind: 'entry', entry })));
  expect(rest).toHaveLength(0);
});

test('any one flipped bit costs the frame it is in and no other, none in a newline, and is always noticed', () => {
  const all = ENTRIES.map((entry) => entry.line);
  let frame = 0;
  let frameEnd = FRAMES[0]?.length ?? 0;
  for (let index = 0; index < SEGMENT.length; index += 1) {
    if (index === frameEnd) {
      frame += 1;
      frameEnd += FRAMES[frame]?.length ?? 0;
    }
    for (let bit = 0; bit < 8; bit += 1) {
      const damaged = Buffer.from(SEGMENT);
      damaged[index] = (damaged[index] ?? 0) ^ (1 << bit);
      const { frames, rest } = decodeFrames(damaged, true);
      const lines = frames.flatMap((found) => (found.kind === 'entry' ? [found.entry.line] : []));
      const isNewline = index === frameEnd - 1;
      const expected = isNewline ? all : all.filter((_, position) => position !== frame);
      const corrupt = frames.flatMap((found) => (found.kind === 'corrupt' ? [found] : []));
      const isAsExpected =
        lines.join('\n') === expected.join('\n') &&
        rest.length === 0 &&
        corrupt.length > 0 &&
        corrupt.some((found) => found.costsEvent) === !isNewline;
      expect(isAsExpected, `byte ${index}, bit ${bit}`).toBe(true);
    }
  }
});

test('a segment cut at any byte gives back every whole frame, and calls nothing corrupt', () => {
  const ends = FRAMES.map((_, index) => Buffer.concat(FRAMES.slice(0, index + 1)).length);
  for (let length = 0; length <= SEGMENT.length; length += 1) {
    const { frames } = decodeFrames(SEGMENT.subarray(0, length), true);
    // A frame that lacks its newline alone is whole.
    const whole = ends.filter((end) => end - 1 <= length).length;
    expect(frames.length, `cut at ${length}`).toBe(whole);
    expect(frames.every((frame) => frame.kind === 'entry')).toBe(true);
  }
});

test('where a segment is cut into pieces does not matter', () => {
  const damaged = Buffer.from(SEGMENT);
  damaged[300] = 0x0a;
  damaged[(FRAMES[0]?.length ?? 0) - 1] = 0x21;
  const whole = decodeFrames(damaged, true).frames;
  for (let cut = 0; cut < damaged.length; cut += 7) {
    const first = decodeFrames(damaged.subarray(0, cut));
    const second = decodeFrames(Buffer.concat([first.rest, damaged.subarray(cut)]), true);
    expect([...first.frames, ...second.frames]).toEqual(whole);
  }
});

test('the checksum covers the lane', () => {
  const frame = encodeFrame({ lane: 'main', line: '{}' });
  expect(linesOf(Buffer.from(frame))).toEqual(['{}']);
  expect(linesOf(Buffer.from(frame.replace('m {', 'u {')))).toEqual([]);
});

test('a run of bytes without a newline is not kept in memory beyond the longest frame', () => {
  const { frames, rest } = decodeFrames(Buffer.alloc(1_200_000, 0x78));
  expect(frames).toMatchObject([{ kind: 'corrupt', costsEvent: true }]);
  expect(rest).toHaveLength(0);
});
