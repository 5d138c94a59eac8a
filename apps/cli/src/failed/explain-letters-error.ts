import { DeadLettersError } from '@auditlane/dead-letters';
import { CliError } from '../command-line/cli-error.ts';

/** Runs an action on dead letters; what the package refuses becomes an error for the person who typed. */
export async function explained<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw error instanceof DeadLettersError ? toCliError(error) : error;
  }
}

function toCliError(error: DeadLettersError): CliError {
  const { code, message } = error;
  switch (code) {
    case 'invalid_cursor':
      return new CliError('usage', '--cursor is of another list: begin again without it', { cause: error });
    case 'invalid_selection':
      return new CliError('usage', message, { cause: error });
    case 'invalid_entry':
      return new CliError('failed', `a worker would refuse this entry again: ${message}`, { cause: error });
    case 'count_mismatch':
      return new CliError('failed', `${message} Dead letters came or went meanwhile: run it again`, { cause: error });
    case 'absent':
      return new CliError('failed', `${toClause(message)}: npx auditlane failed list`, { cause: error });
    case 'unrecorded':
      return new CliError('failed', `${message} Look at Postgres and Redis: npx auditlane doctor`, { cause: error });
  }
}

/** A sentence as the beginning of ours. */
function toClause(sentence: string): string {
  return `${sentence.charAt(0).toLowerCase()}${sentence.slice(1, -1)}`;
}
