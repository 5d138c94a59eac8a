/** Whether a counter of losses has grown lately, and by how much. */
export interface DropTrend {
  readonly isHappening: boolean;
  readonly lastMinute: number;
}

const WINDOW_MS = 60_000;

interface Sample {
  readonly at: number;
  readonly total: number;
}

/**
 * Remembers samples of a counter over the last minute. The first sample says nothing about when; a counter that goes
 * back (Redis was emptied) begins anew.
 */
export function createDropHistory(): (at: number, total: number) => DropTrend {
  let samples: readonly Sample[] = [];
  return (at, total) => {
    const isReset = (samples.at(-1)?.total ?? 0) > total;
    // One sample from before the window stays, so that growth is measured over at least the whole window.
    const inWindow = samples.findIndex((sample) => at - sample.at <= WINDOW_MS);
    const kept = isReset ? [] : samples.slice(inWindow === -1 ? -1 : Math.max(0, inWindow - 1));
    samples = [...kept, { at, total }];
    const lastMinute = total - (samples[0]?.total ?? total);
    return { isHappening: lastMinute > 0, lastMinute };
  };
}
