import { replaySpool, type ReplayedSpool } from '@auditlane/audit-client/internal';
import { EXIT, type ExitCode } from '@auditlane/runtime';
import * as z from 'zod';
import { defineCommand } from '../command-line/define-command.ts';
import { flag, text } from '../command-line/value-kinds.ts';
import type { CommandContext } from '../context.ts';
import { toGivenRedisUrl, toSsl } from '../servers/settings.ts';
import type { Output } from '../terminal/output.ts';
import { toCounted } from '../terminal/quantities.ts';
import { toStyled } from '../terminal/styles.ts';
import { findFolder } from './spool-dir.ts';
import { countStrictEvents } from './strict-events.ts';

const Input = z.object({ dir: text(4096), 'any-queue': flag() });

/** `auditlane spool replay`: for an application that never comes back. */
export const replaySpoolCommand = defineCommand({
  path: ['spool', 'replay'],
  summary: 'Put the spooled events of processes that are gone into the queue.',
  details: [
    'For an application that never comes back; one that does come back does this by itself. Events keep their ids, so replaying twice stores nothing twice. Folders of processes that run are left alone.',
    'Exits 1 when something is left: the queue is full, or Postgres does not have all events of the guarantee strict yet, whose files are removed only then. Run it again.',
  ],
  arguments: [{ name: 'dir', description: 'Folder of the spool, as spool list shows it.' }],
  options: {
    'any-queue': { description: 'Also events that were for another queue, such as one at a former address of Redis.' },
  },
  examples: ['spool replay /var/lib/shop/auditlane-spool'],
  input: Input,
  run: runReplay,
});

async function runReplay(context: CommandContext, input: z.output<typeof Input>): Promise<ExitCode> {
  const { output, servers } = context;
  const spoolDir = await findFolder(input.dir);
  // First, so that an absent server is explained as everywhere, and nothing is taken over in vain.
  await servers.redis();
  await servers.pool();
  const before = await countStrictEvents(spoolDir);
  const settings = servers.settings();
  const result = await replaySpool({
    spoolDir,
    redisUrl: toGivenRedisUrl(settings),
    databaseUrl: servers.databaseUrl(),
    databaseSsl: toSsl(settings.env).ssl,
    queueKey: settings.env.AUDIT_QUEUE_KEY,
    capacity: settings.env.AUDIT_MAX_QUEUE_LENGTH,
    urgentCapacity: settings.env.AUDIT_MAX_URGENT_LENGTH,
    anyTarget: input['any-queue'],
  });
  const { folders, entries, corrupt, left, foreign } = result;
  // Of these only what is stored leaves the disk.
  const after = before.count === 0 ? before : await countStrictEvents(spoolDir, before.live);
  const stored = Math.max(0, before.count - after.count);
  output.json({ folders, events: entries, stored, damaged: corrupt, left, foreign });
  show(output, { ...result, stored }, spoolDir);
  return left === 0 ? EXIT.ok : EXIT.failed;
}

/** With the number of events that left the disk because they are stored. */
type Replayed = ReplayedSpool & { readonly stored: number };

function show(output: Output, replayed: Replayed, spoolDir: string): void {
  const { folders, entries, stored, corrupt, left, foreign } = replayed;
  const already = stored === 0 ? '' : `; ${toCounted(stored, 'event')} stored already, and removed from this disk`;
  const fact = `${toCounted(entries, 'event')} of ${toCounted(folders, 'process', 'processes')} put into the queue${already}`;
  const nothing = foreign === 0 ? 'nothing to replay' : 'nothing of this queue to replay';
  output.line(toStyled(folders === 0 ? nothing : fact, left + foreign === 0 ? 'good' : 'warning'));
  if (corrupt > 0) {
    output.line(
      toStyled(`${toCounted(corrupt, 'damaged place')}`, 'bad'),
      `: the bytes are in ${spoolDir}/corrupt.frames`,
    );
  }
  if (left > 0) {
    output.line(
      `${toCounted(left, 'folder')} not done: run it again when the queue has room and workers run (npx auditlane status)`,
    );
  }
  if (foreign > 0) {
    output.line(`${toCounted(foreign, 'folder')} for another queue left alone: --any-queue takes them, too`);
  }
}
