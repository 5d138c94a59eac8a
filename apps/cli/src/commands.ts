import type { Command } from './command-line/command.ts';
import { doctorCommand } from './doctor/doctor-command.ts';
import { historyCommand } from './history/history-command.ts';
import { createKeyCommand } from './keys/create-key.ts';
import { listKeysCommand } from './keys/list-keys.ts';
import { revokeKeyCommand } from './keys/revoke-key.ts';
import { migrateCommand } from './migrate/migrate-command.ts';
import { statusCommand } from './status/status-command.ts';

/** Every command, in the order of help. */
export const COMMANDS: readonly Command[] = [
  statusCommand,
  doctorCommand,
  historyCommand,
  listKeysCommand,
  createKeyCommand,
  revokeKeyCommand,
  migrateCommand,
];
