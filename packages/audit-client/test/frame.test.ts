import { expect, test } from 'vitest';
import { decodeFrames, encodeFrame } from '../src/spool/frame.ts';

const ENTRIES = Array.from({ length: 50 }, (_, index) => ({
  lane: index % 3 === 0 ? ('urgent' as const) : ('main' as const),
  line: JSON.stringify({ v: 1, id: `id-${index}`, metadata: { text: 'grün ✓ \u2028'.repeat(index % 4) } }),
}));
const SEGMENT = Buffer.from(ENTRIES.map(encodeFrame).join(''));

function linesOf(bytes: Buffer): readonly string[] {
  return decodeFrames(bytes).frames.flatMap((frame) => (frame.kind === 'entry' ? [frame.entry.line] : []));
}

test('entries come back from their frames with their lanes, in order', () => {
  const { frames, rest } = decodeFrames(SEGMENT);
  expect(frames).toEqual(ENTRIES.map((entry) => ({ kind: 'entry', entry })));
  expect(rest).toHaveLength(0);
});

test('a flipped bit in any byte costs the frame it is in, or two at a newline, and never makes an entry up', () => {
  const known = new Set(ENTRIES.map((entry) => entry.line));
  for (let index = 0; index < SEGMENT.length; index += 1) {
    const damaged = Buffer.from(SEGMENT);
    damaged[index] = (damaged[index] ?? 0) ^ (1 << (index % 8));
    const { frames, rest } = decodeFrames(damaged);
    const lines = linesOf(damaged);
    expect(lines.every((line) => known.has(line))).toBe(true);
    expect(lines.length).toBeGreaterThanOrEqual(ENTRIES.length - 2);
    const isLastNewline = rest.length > 0;
    expect(isLastNewline || frames.some((frame) => frame.kind === 'corrupt')).toBe(true);
  }
});

test('a torn tail of any length leaves the whole frames before it', () => {
  const tail = encodeFrame({ lane: 'main', line: '{"v":1,"id":"torn"}' });
  for (let length = 0; length < tail.length; length += 1) {
    const { frames, rest } = decodeFrames(Buffer.concat([SEGMENT, Buffer.from(tail.slice(0, length))]));
    expect(frames).toHaveLength(ENTRIES.length);
    expect(rest).toHaveLength(length);
  }
});

test('the checksum covers the lane', () => {
  const frame = encodeFrame({ lane: 'main', line: '{}' });
  const [moved] = decodeFrames(Buffer.from(frame.replace('m {', 'u {'))).frames;
  expect(moved?.kind).toBe('corrupt');
});
