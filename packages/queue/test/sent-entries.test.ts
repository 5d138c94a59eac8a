import fc from 'fast-check';
import { Command } from 'ioredis';
import { expect, test } from 'vitest';
import { frameEntries, takeFirst, toLines } from '../src/index.ts';
import { packCall } from '../src/sent-entries.ts';

const text = fc.string({ unit: 'binary', maxLength: 120 });

test('a packed call is byte for byte what the library would have written', () => {
  fc.assert(
    fc.property(fc.array(text, { minLength: 1 }), fc.array(text), (head, entries) => {
      const sizes = entries.map((entry) => Buffer.byteLength(entry));
      const [verb = '', ...args] = head;
      const written = new Command(verb, [...args, ...entries]).toWritable({});
      // Larger than needed, and not empty: as memory that was used before is.
      const { bytes } = packCall(head, { entries, sizes }, (size) => Buffer.alloc(size + 7, 'x'));
      expect(bytes.toString()).toBe(written.toString());
    }),
  );
});

test('sent entries can be read again, all of them or the first ones', () => {
  fc.assert(
    fc.property(fc.array(text), fc.nat(200), (entries, wanted) => {
      const sent = frameEntries(entries);
      const count = Math.min(wanted, entries.length);
      expect(toLines(sent)).toEqual(entries);
      expect(toLines(takeFirst(sent, count))).toEqual(entries.slice(0, count));
    }),
  );
});
