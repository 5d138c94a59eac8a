// npm run generate: writes every generated file; with --check it compares instead, and exits 1 when one is out of date.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { EXIT, WORKSPACE_DIR } from '@auditlane/runtime';
import * as z from 'zod';

const GENERATORS = join(import.meta.dirname, 'generate');

/** A module of scripts/generate/: what should be on disk, by path from the root. */
const Generator = z.object({
  generate: z.function({ output: z.promise(z.record(z.string(), z.string())) }),
});

async function generateAll(): Promise<readonly (readonly [string, string])[]> {
  const names = readdirSync(GENERATORS).filter((name) => name.endsWith('.generator.ts'));
  const files = await Promise.all(
    names.map(async (name) => Generator.parse(await import(join(GENERATORS, name))).generate()),
  );
  return files.flatMap((file) => Object.entries(file));
}

function isCurrent(path: string, content: string): boolean {
  try {
    return readFileSync(join(WORKSPACE_DIR, path), 'utf8') === content;
  } catch {
    return false;
  }
}

const stale = (await generateAll()).filter(([path, content]) => !isCurrent(path, content));
const isCheck = process.argv.includes('--check');
for (const [path, content] of stale) {
  process.stdout.write(isCheck ? `${path} is out of date: npm run generate\n` : `wrote ${path}\n`);
  if (isCheck) continue;
  mkdirSync(dirname(join(WORKSPACE_DIR, path)), { recursive: true });
  writeFileSync(join(WORKSPACE_DIR, path), content);
}
process.exitCode = isCheck && stale.length > 0 ? EXIT.failed : EXIT.ok;
