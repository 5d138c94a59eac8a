const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
] as const;

/** `850 ms`, `12 s`, `3 min 5 s`, `2 h 10 min`, `4 d 3 h`: the two largest units. */
export function toDuration(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  let seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const parts: string[] = [];
  for (const [unit, size] of [...UNITS, ['s', 1] as const]) {
    const count = Math.floor(seconds / size);
    seconds -= count * size;
    if (count > 0) parts.push(`${count} ${unit}`);
    else if (parts.length > 0) break;
  }
  return parts.slice(0, 2).join(' ');
}

/** `1,234,567`. */
export function toCount(count: number): string {
  return count.toLocaleString('en-US', { maximumFractionDigits: 0 });
}

/** `3 events`, `1 event`. */
export function toCounted(count: number, one: string, many = `${one}s`): string {
  return `${toCount(count)} ${count === 1 ? one : many}`;
}

/** `512 B`, `1.4 KiB`, `64 MiB`. */
export function toBytes(bytes: number): string {
  const names = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let size = bytes;
  let unit = 0;
  while (size >= 1024 && unit < names.length - 1) {
    size /= 1024;
    unit += 1;
  }
  const shown = unit === 0 || size >= 100 || Number.isInteger(size) ? Math.round(size) : size.toFixed(1);
  return `${shown} ${names[unit] ?? ''}`;
}

/** `2026-11-21 13:47:18.123Z`: UTC always, as in the database and in every log. */
export function toTime(date: Date): string {
  return date.toISOString().replace('T', ' ');
}

/** As `toTime`, to the minute: for tables. */
export function toTimeToTheMinute(date: Date): string {
  return `${date.toISOString().slice(0, 16).replace('T', ' ')}Z`;
}

/** As `toTime`, to the second. */
export function toTimeToTheSecond(date: Date): string {
  return `${date.toISOString().slice(0, 19).replace('T', ' ')}Z`;
}
