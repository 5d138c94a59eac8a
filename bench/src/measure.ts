import { mkdtemp, rm } from 'node:fs/promises';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onExit } from '@auditlane/embedded';
import type { Part, PartContext } from './part.ts';
import type { Measurement } from './report.ts';
import { startStack } from './stack.ts';

/** Runs one part on servers and in a folder of its own: no part pays for what another one left behind. */
export async function measurePart(
  part: Part,
  options: Pick<PartContext, 'rounds' | 'scale' | 'say'>,
): Promise<readonly Measurement[]> {
  await using opened = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'auditlane-bench-part-'));
  opened.defer(onExit(() => rmSync(directory, { recursive: true, force: true })));
  opened.defer(() => rm(directory, { recursive: true, force: true }));
  const stack = opened.use(await startStack());
  return await part.run({ ...options, stack, directory });
}
