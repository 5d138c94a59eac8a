/**
 * What every Redis of ours runs with. `appendfsync always`: an acknowledged event is on disk (measured against
 * `everysec`: 0.81 instead of 0.45 ms a call, 3 to 7% of a drain). The rewrite size is raised because a queue that fills
 * and empties would have its file rewritten each time it has grown to the default of 64 MB: 10 times in a run of
 * `npm run bench -- --parts rewrites`, and not once at 4 GB.
 */
export const REDIS_SETTINGS = {
  appendonly: 'yes',
  appendfsync: 'always',
  save: '',
  'maxmemory-policy': 'noeviction',
  'auto-aof-rewrite-min-size': '4gb',
} as const;

/**
 * 642 bytes of memory for an entry of 626. Compressed lists take about a third, but `RPOP` of 100 entries then takes
 * 230 µs instead of 25, and a queue is bounded by its number of entries: 10,000 of them are 6.4 MB.
 */
function toListSettings(major: number): Readonly<Record<string, string>> {
  return { [major < 7 ? 'list-max-ziplist-size' : 'list-max-listpack-size']: '-4' };
}

/** Where and for whom a server runs. */
export interface RedisPlace {
  readonly dir: string;
  readonly port: number;
  /** Absent: no password is asked for. */
  readonly password?: string;
  readonly settings: Readonly<Record<string, string>>;
}

function quote(value: string): string {
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/** The text of the configuration file: a file and not arguments, which any user could read in the process list. */
export function toRedisConfig(major: number, place: RedisPlace): string {
  const settings = {
    ...REDIS_SETTINGS,
    ...toListSettings(major),
    ...place.settings,
    bind: '127.0.0.1',
    'protected-mode': 'yes',
    port: String(place.port),
    dir: place.dir,
    daemonize: 'no',
    ...(place.password !== undefined && { requirepass: place.password }),
  };
  return Object.entries(settings)
    .map(([name, value]) => (name === 'bind' ? `bind ${value}\n` : `${name} ${quote(value)}\n`))
    .join('');
}
