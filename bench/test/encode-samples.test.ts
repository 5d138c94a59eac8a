import { decodeEntry } from '@auditlane/schema';
import { expect, test } from 'vitest';
import { encodeSamples } from '../src/events/encode-samples.ts';

test.each([200, 500, 1_000, 4_000, 16_000, 65_000])(
  'an entry of %d bytes has this size, and each is another',
  (bytes) => {
    for (const first of [0, 999_980]) {
      const lines = encodeSamples(20, { first, bytes });
      expect(new Set(lines).size).toBe(20);
      for (const line of lines) {
        expect(Buffer.byteLength(line)).toBe(bytes);
        expect(decodeEntry(line).kind).toBe('event');
      }
    }
  },
);

test('entries of all sizes but the smallest name the service', () => {
  const lines = [undefined, 500, 65_000].flatMap((bytes) => encodeSamples(1, { bytes }));
  for (const line of lines) expect(JSON.parse(line)).toMatchObject({ service_name: 'bench', host: expect.any(String) });
});

test('a size that no event fits into is refused', () => {
  expect(() => encodeSamples(1, { bytes: 100 })).toThrow(new RangeError('an entry takes more than 100 bytes'));
});
