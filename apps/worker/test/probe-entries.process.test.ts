import { expect, test } from 'vitest';
import { createProbe } from '../src/storing/probe-entries.ts';
import { buildEntries } from './fleet.ts';

const DYING_CHILD = new URL('./dying-child.ts', import.meta.url);

test('entries that do no harm all survive, byte for byte', async () => {
  const entries = buildEntries(50).map(({ line }) => Buffer.from(line));
  const { survivors, suspects } = await createProbe()(entries);
  expect(survivors).toEqual(entries);
  expect(suspects).toEqual([]);
});

test('entries that end the process which decodes them are found, and no other', async () => {
  const texts = ['a', 'kill', 'b', 'c', 'kill again', 'd'];
  const { survivors, suspects } = await createProbe(DYING_CHILD)(texts.map((text) => Buffer.from(text)));
  expect(survivors.map(String)).toEqual(['a', 'b', 'c', 'd']);
  expect(suspects.map(String)).toEqual(['kill', 'kill again']);
});

test('an entry that never ends is a suspect', async () => {
  const texts = ['a', 'hang', 'b'];
  const { survivors, suspects } = await createProbe(DYING_CHILD, 1000)(texts.map((text) => Buffer.from(text)));
  expect(survivors.map(String)).toEqual(['a', 'b']);
  expect(suspects.map(String)).toEqual(['hang']);
});

test('a child that cannot start says nothing about the entries', async () => {
  const missing = new URL('./missing-child.ts', import.meta.url);
  await expect(createProbe(missing)([Buffer.from('a')])).rejects.toThrow('did not start');
});
