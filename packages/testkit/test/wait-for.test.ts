import { expect, test } from 'vitest';

import { waitFor } from '../src/index.ts';

test('a condition that becomes true ends the wait with its value', async () => {
  let asked = 0;
  const value = await waitFor(() => {
    asked += 1;
    return asked === 3 ? 'third' : undefined;
  });
  expect(value).toBe('third');
  expect(asked).toBe(3);
});

test('a wait in vain says for what, and carries the last error as its cause', async () => {
  const cause = new Error('still away');
  const wait = waitFor(() => Promise.reject(cause), { deadlineMs: 30, message: 'the server answers' });
  await expect(wait).rejects.toMatchObject({ message: 'not within 30 ms: the server answers', cause });
});
