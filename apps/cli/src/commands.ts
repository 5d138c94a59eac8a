import type { Command } from './command-line/command.ts';
import { doctorCommand } from './doctor/doctor-command.ts';
import { editFailedCommand } from './failed/edit-failed.ts';
import { listFailedCommand } from './failed/list-failed.ts';
import { purgeFailedCommand } from './failed/purge-failed.ts';
import { redriveFailedCommand } from './failed/redrive-failed.ts';
import { showFailedCommand } from './failed/show-failed.ts';
import { historyCommand } from './history/history-command.ts';
import { createKeyCommand } from './keys/create-key.ts';
import { listKeysCommand } from './keys/list-keys.ts';
import { revokeKeyCommand } from './keys/revoke-key.ts';
import { migrateCommand } from './migrate/migrate-command.ts';
import { listSpoolCommand } from './spool/list-spool.ts';
import { replaySpoolCommand } from './spool/replay-spool.ts';
import { statusCommand } from './status/status-command.ts';

/** Every command, in the order of help. */
export const COMMANDS: readonly Command[] = [
  statusCommand,
  doctorCommand,
  historyCommand,
  listFailedCommand,
  showFailedCommand,
  redriveFailedCommand,
  editFailedCommand,
  purgeFailedCommand,
  listKeysCommand,
  createKeyCommand,
  revokeKeyCommand,
  listSpoolCommand,
  replaySpoolCommand,
  migrateCommand,
];
