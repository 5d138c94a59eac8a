import { expect, test } from 'vitest';
import { asRole, toApiUrl, withoutPassword } from '../start/addresses.ts';

test('a role is added to the options that a URL has', () => {
  const url = new URL(asRole('postgres://u:p@h:5432/d?options=-c%20work_mem%3D4MB', 'audit_writer'));
  expect(url.searchParams.get('options')).toBe('-c work_mem=4MB -c role=audit_writer');
  expect(asRole('postgres://u:p@h/d', 'audit_reader')).toBe('postgres://u:p@h/d?options=-c%20role%3Daudit_reader');
});

test('a password is never shown', () => {
  expect(withoutPassword('redis://:top-secret@h:1')).toBe('redis://:***@h:1');
  expect(withoutPassword('postgres://u@h/d')).toBe('postgres://u@h/d');
});

test('an API on all addresses is reached by the loopback one', () => {
  expect(toApiUrl('0.0.0.0', 3000)).toBe('http://127.0.0.1:3000');
  expect(toApiUrl('::', 3000)).toBe('http://[::1]:3000');
});
