import { createInterface } from 'node:readline/promises';
import { CliError } from '../command-line/cli-error.ts';
import { neutralize } from './neutralize.ts';

/** How a person is asked. */
export interface Asker {
  /** Null where nobody sits at standard input. */
  readonly ask: ((question: string) => Promise<string>) | null;
}

const NO_ANSWER = '';

/** Asks on standard error, so that a redirected answer stays clean. */
export function createAsker(): Asker {
  if (!process.stdin.isTTY) return { ask: null };
  return {
    ask: async (question) => {
      const lines = createInterface({ input: process.stdin, output: process.stderr });
      // Without this a Ctrl-C only pauses the input, and the question waits for ever.
      lines.on('SIGINT', () => lines.close());
      try {
        const answer = await Promise.race([
          lines.question(neutralize(question)),
          new Promise<string>((resolve) => lines.once('close', () => resolve(NO_ANSWER))),
        ]);
        // Nobody pressed the key that ends the line.
        if (answer === NO_ANSWER) process.stderr.write('\n');
        return answer;
      } finally {
        lines.close();
      }
    },
  };
}

/**
 * Resolves when the person agrees, at once with `--yes`. Anything but y or yes throws and nothing is changed; where
 * nobody can be asked, `--yes` must be given.
 */
export async function confirm(asker: Asker, question: string, isAgreed: boolean): Promise<void> {
  if (isAgreed) return;
  if (asker.ask === null) {
    throw new CliError('usage', `${question} Nobody can be asked here: add --yes if you mean it`);
  }
  const answer = (await asker.ask(`${question} [y/N] `)).trim().toLowerCase();
  if (answer !== 'y' && answer !== 'yes') throw new CliError('failed', 'nothing was changed');
}
