import { listSpools, toDefaultSpoolDir, type SpoolFolder } from '@auditlane/audit-client/internal';
import { EXIT, type ExitCode } from '@auditlane/runtime';
import * as z from 'zod';
import { defineCommand } from '../command-line/define-command.ts';
import { text } from '../command-line/value-kinds.ts';
import type { CommandContext } from '../context.ts';
import { toShellWord } from '../history/shell-word.ts';
import { toBytes, toCount, toCounted, toTimeToTheSecond } from '../terminal/quantities.ts';
import { toStyled, type Piece } from '../terminal/styles.ts';
import { findFolder } from './spool-dir.ts';

const Input = z.object({ dir: text(4096).optional() });

/** `auditlane spool list`: events that wait on the disk of this machine. */
export const listSpoolCommand = defineCommand({
  path: ['spool', 'list'],
  summary: 'List the events that clients keep on this disk, by the process that wrote them.',
  details: [
    'live: its process runs, and puts them into the queue by itself. abandoned: its process is gone; the next process of that application takes them over, and where none will ever come, spool replay does.',
    'Reads only, and needs no server. Without <dir>: AUDIT_SPOOL_DIR, else the default folder of this user.',
  ],
  arguments: [{ name: 'dir', description: 'Folder of the spool.', isOptional: true }],
  examples: ['spool list', 'spool list /var/lib/shop/auditlane-spool'],
  input: Input,
  run: listSpool,
});

async function listSpool(context: CommandContext, { dir }: z.output<typeof Input>): Promise<ExitCode> {
  const { output, servers, terminal } = context;
  const spoolDir =
    dir === undefined
      ? (servers.settings().env.AUDIT_SPOOL_DIR ?? toDefaultSpoolDir(terminal.XDG_STATE_HOME))
      : await findFolder(dir);
  // Folders that hold no segment have nothing to tell, whoever made them.
  const folders = (await listSpools(spoolDir)).filter(({ segments }) => segments > 0);
  output.json({ dir: spoolDir, folders: folders.map(toJson) });
  if (folders.length === 0) {
    output.line(`nothing is spooled in ${spoolDir}`);
    return EXIT.ok;
  }
  output.table(
    [
      { title: 'folder', isElastic: true },
      { title: 'process', isElastic: true },
      { title: 'state' },
      { title: 'events', align: 'right' },
      { title: 'damaged', align: 'right' },
      { title: 'size', align: 'right' },
      { title: 'oldest' },
    ],
    folders.map(toRow),
  );
  const abandoned = folders.filter(({ state }) => state === 'abandoned');
  if (abandoned.length > 0) {
    const events = abandoned.reduce((sum, { entries }) => sum + entries, 0);
    output.line();
    output.line(
      `${toCounted(events, 'event')} of processes that are gone: `,
      toStyled(`npx auditlane spool replay ${toShellWord(spoolDir)}`, 'strong'),
    );
  }
  return EXIT.ok;
}

function toRow({ name, owner, state, entries, corrupt, bytes, oldestAt }: SpoolFolder): readonly Piece[] {
  return [
    name,
    owner === null ? 'unknown' : `${owner.pid} on ${owner.host}`,
    state === 'abandoned' ? toStyled(state, 'warning') : state,
    toCount(entries),
    corrupt === 0 ? '0' : toStyled(toCount(corrupt), 'bad'),
    toBytes(bytes),
    oldestAt === null ? '' : toTimeToTheSecond(oldestAt),
  ];
}

function toJson(folder: SpoolFolder): Readonly<Record<string, unknown>> {
  const { name, owner, guarantee, state, segments, bytes, entries, corrupt, oldestAt } = folder;
  return { name, owner, guarantee, state, segments, bytes, events: entries, damaged: corrupt, oldest_at: oldestAt };
}
