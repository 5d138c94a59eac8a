import fc from 'fast-check';
import { Command } from 'ioredis';
import { expect, test } from 'vitest';
import { frameEntries, takeFirst, toLines } from '../src/index.ts';
import { packCall } from '../src/sent-entries.ts';

const text = fc.string({ unit: 'binary', maxLength: 120 });

test('a packed call is byte for byte what the library would have written', () => {
  fc.assert(
    // The verb is one that is sent: the library looks others up in an object, and finds `toString` there.
    fc.property(fc.constantFrom('EVALSHA', 'EVAL'), fc.array(text), fc.array(text), (verb, args, entries) => {
      const sizes = entries.map((entry) => Buffer.byteLength(entry));
      const written = new Command(verb, [...args, ...entries]).toWritable({});
      // Larger than needed, and not empty: as memory that was used before is.
      const { bytes } = packCall([verb, ...args], { entries, sizes }, (size) => Buffer.alloc(size + 7, 'x'));
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
