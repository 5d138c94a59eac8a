import { runCommand } from '../run-command.ts';
import type { PostgresBinaries } from './binaries.ts';

// Postgres refuses to run as root. Two ways out, in this order:
//   namespace  a user namespace in which root is mapped to nobody: Postgres sees a uid that is not zero, the files stay
//              root's, and folders below a home of mode 0700 stay reachable. No user is created.
//   copy       where namespaces are denied (containers): run as the real nobody, from folders that nobody can reach.

/** How Postgres programs are started on behalf of this process. */
export interface RunAs {
  readonly prefix: readonly string[];
  /** Set when the server runs as another user, who must then own the data folder. */
  readonly owner?: { readonly uid: number; readonly gid: number };
}

/** `auto` takes the namespace where it works; the others force one way, for tests. */
export type RootRoute = 'auto' | 'copy';

async function findNobody(): Promise<{ readonly uid: number; readonly gid: number }> {
  const [uid, gid] = await Promise.all([runCommand(['id', '-u', 'nobody']), runCommand(['id', '-g', 'nobody'])]);
  // 65534 is nobody on every Debian; the id must exist in passwd, or initdb fails to look itself up.
  return { uid: uid.isOk ? Number(uid.stdout) : 65_534, gid: gid.isOk ? Number(gid.stdout) : 65_534 };
}

/** Finds out how to run Postgres as a user that is not root. An ordinary user runs it directly. */
export async function resolveRunAs(binaries: PostgresBinaries, route: RootRoute): Promise<RunAs> {
  if (process.getuid?.() !== 0) return { prefix: [] };
  const nobody = await findNobody();
  const prefix = ['unshare', '--user', `--map-user=${nobody.uid}`, `--map-group=${nobody.gid}`, '--'];
  if (route === 'auto' && (await runCommand([...prefix, binaries.postgres, '--version'])).isOk) {
    return { prefix };
  }
  return { prefix: [], owner: nobody };
}
