import * as z from 'zod';
import { oneOf, plainText, wholeNumber } from './value-kinds.ts';
import { variable } from './variable.ts';

const EVERY_PROCESS = ['start', 'api', 'worker', 'maintenance'] as const;

/** What every process reads about itself. */
export const processVariables = {
  LOG_LEVEL: variable(oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'), {
    description: 'The least severe log record that is printed.',
    section: 'Process',
    readBy: EVERY_PROCESS,
    allowed: '`fatal`, `error`, `warn`, `info`, `debug`, `trace`, `silent`',
    fallback: 'info',
  }),
  NODE_ENV: variable(plainText(64).default('development'), {
    description:
      '`production` narrows what a request from this machine may do without a key (see `AUDIT_LOOPBACK_SCOPES`).',
    section: 'Process',
    readBy: EVERY_PROCESS,
    allowed: '`production`, `development`, `test` or a word of your own',
    fallback: 'development',
  }),
  NODE_OPTIONS: variable(z.string().optional(), {
    description: 'Options of Node itself, such as `--max-old-space-size=256`; reaches every PM2 process.',
    section: 'Process',
    readBy: ['start'],
    allowed: 'options of Node',
    fallback: null,
  }),
  AUDIT_DATA_DIR: variable(plainText(4096).default('.auditlane'), {
    description:
      'Folder of the embedded servers, of the admin key and of PM2 under `npm start`, relative to the workspace.',
    section: 'Process',
    readBy: ['start', 'cli'],
    allowed: 'path',
    fallback: '.auditlane',
  }),
  AUDIT_WORKERS: variable(wholeNumber(1, 64).optional(), {
    description: 'How many worker processes `npm start` and `ecosystem.config.js` run.',
    section: 'Process',
    readBy: ['start'],
    allowed: 'whole number, 1 to 64',
    fallback: 'the cores of the machine, at least 2, at most 4',
  }),
};
