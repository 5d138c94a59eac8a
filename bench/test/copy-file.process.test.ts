import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dealRows, openCopySession } from '../src/clocks/copy-file.ts';
import { measureSmallest } from './measured.ts';

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'auditlane-bench-copy-'));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test('rows are dealt out in blocks, none twice and none left out', async () => {
  await inFolder(async (folder) => {
    const source = join(folder, 'rows');
    const lines = Array.from({ length: 4_000 }, (_, at) => String(at));
    await writeFile(source, `${lines.join('\n')}\n`);
    const halves = [join(folder, 'one'), join(folder, 'two')];
    await dealRows(source, 3_500, halves);
    const [one = [], two = []] = await Promise.all(
      halves.map(async (path) => (await readFile(path, 'utf8')).trimEnd().split('\n')),
    );
    expect(one).toEqual([...lines.slice(0, 1_000), ...lines.slice(2_000, 3_000)]);
    expect(two).toEqual([...lines.slice(1_000, 2_000), ...lines.slice(3_000, 3_500)]);
  });
});

test('a file that is none of rows fails the copy, and the session still ends', async () => {
  await measureSmallest(async ({ stack, directory }) => {
    const path = join(directory, 'broken');
    await writeFile(path, 'not a row\n');
    await using broken = await openCopySession(stack.postgres.url);
    await expect(broken.copy(path)).rejects.toThrow('invalid input syntax');
    await using session = await openCopySession(stack.postgres.url);
    await writeFile(path, '');
    expect(await session.copy(path)).toBe(0);
    return [];
  });
});
