import type { EventProcessor, ProcessResult, SecurityEvent } from '../../../src/events/index.ts';

/** What a scripted processor does with a batch; the number of the call begins at 1. */
export type Script = (events: readonly SecurityEvent[], call: number) => unknown;

/** A processor that remembers its batches and answers by a script; by default it takes everything. */
export class ScriptedProcessor implements EventProcessor {
  readonly batches: (readonly SecurityEvent[])[] = [];
  closed = 0;
  #script: Script;

  constructor(script: Script = (events) => ({ processed: events.length, failed: 0 })) {
    this.#script = script;
  }

  get events(): readonly SecurityEvent[] {
    return this.batches.flat();
  }

  get ids(): readonly string[] {
    return this.events.map(({ id }) => id);
  }

  /** What it does from now on. */
  answer(script: Script): void {
    this.#script = script;
  }

  async process(events: readonly SecurityEvent[]): Promise<ProcessResult> {
    this.batches.push(events);
    return (await this.#script(events, this.batches.length)) as ProcessResult;
  }

  close(): Promise<void> {
    this.closed += 1;
    return Promise.resolve();
  }
}

export const takeAll: Script = (events) => ({ processed: events.length, failed: 0 });

export const takeNone: Script = (events) => ({ processed: 0, failed: events.length });

export function reject(message = 'the sink is away'): Script {
  return () => {
    throw new Error(message);
  };
}

/** Answers only when the test says so. */
export function createLatch(): { readonly script: Script; readonly open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { script: (events) => opened.then(() => takeAll(events, 0)), open };
}
