import { expect, test } from 'vitest';
import { rewrites } from '../src/parts/rewrites.ts';
import { DEADLINE_MS, measureSmallest } from './measured.ts';

test(
  'a queue that fills and empties is watched for rewrites under both settings',
  async () => {
    const measured = await measureSmallest(rewrites.run);
    const valueOf = (name: string): number | undefined => measured.find((each) => each.name === name)?.values[0];
    for (const settings of ['settings of npm start', 'defaults of Redis']) {
      expect(valueOf(`rewrites, ${settings}`), settings).toBe(0);
      expect(valueOf(`the file at its largest, ${settings}`), settings).toBeGreaterThan(5);
      expect(valueOf(`CPU of Redis an event, ${settings}`), settings).toBeGreaterThan(0);
      expect(valueOf(`a start that reads the file, ${settings}`), settings).toBeGreaterThan(0);
    }
  },
  DEADLINE_MS,
);
