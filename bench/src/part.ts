/** What a measured part is: its name on the command line, its heading in the docs, how it runs, and its charts. */
import type { Chart } from './report/charts.ts';
import type { Measurement, Table } from './report/report.ts';
import type { Stack } from './servers/stack.ts';

/** What every part gets; a part keeps to this stack and this directory, or cleans up what else it opens. */
export interface PartContext {
  /** A private Redis (`appendfsync always`) and a private, migrated Postgres. */
  readonly stack: Stack;
  /** At least 1; the part interleaves its variants in each round and returns one value a round. */
  readonly rounds: number;
  /** 1 is the published amount of work; the short form uses 0.1. */
  readonly scale: number;
  /** A scratch folder, deleted afterwards. */
  readonly directory: string;
  /** Tells progress on stderr. */
  readonly say: (line: string) => void;
}

/** One measurement of the harness; `registry.ts` lists all of them. */
export interface Part {
  /** What `--parts` takes. */
  readonly name: string;
  /** The heading in the docs. */
  readonly title: string;
  /** What bounds the figures, as it stands under the table in the docs. */
  readonly limit?: string;
  readonly run: (context: PartContext) => Promise<readonly Measurement[]>;
  /** Charts from the measurements of this run; `all` also holds those of other parts. */
  readonly charts?: (all: readonly Measurement[]) => readonly Chart[];
  /** A short table for another page of the docs, which has a block for this part as the page of all parts has. */
  readonly guide?: {
    /** The file's name, beside the page of all parts. */
    readonly page: string;
    readonly toTable: (all: readonly Measurement[]) => Table;
  };
}
