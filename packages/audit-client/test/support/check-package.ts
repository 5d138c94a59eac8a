// `pnpm check:package`: builds, packs, and lets publint and attw judge the tarball.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildClient, checkTarball, packClient } from './pack-client.ts';

const folder = mkdtempSync(join(tmpdir(), 'auditlane-pack-'));
try {
  buildClient();
  process.stdout.write(checkTarball(packClient(folder)));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
