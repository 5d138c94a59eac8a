import { readFileSync, readdirSync } from 'node:fs';

/** The commands of all processes that belong to a data folder: by their environment or their command line. */
export function findProcesses(dataDir: string): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      const command = read(`/proc/${pid}/cmdline`);
      return command !== '' && (command + read(`/proc/${pid}/environ`)).includes(dataDir) ? [`${pid} ${command}`] : [];
    });
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}
