import { BlockList, isIPv4, isIPv6 } from 'node:net';

/**
 * Which peers are proxies of your own, as Express writes it: `true` for all (only where nobody can reach the process but
 * through the proxy), `false` for none, the number of proxies in front, addresses and networks (`10.0.0.0/8`; `loopback`,
 * `linklocal`, `uniquelocal`; a list, or one text with commas), or a function of the address and its distance.
 */
export type TrustProxy = boolean | number | string | readonly string[] | ((address: string, hop: number) => boolean);

/** Whether the holder of an address, `hop` steps away, may speak for the one before it. Never throws. */
export type ProxyTrust = (address: string, hop: number) => boolean;

/** A setting compiled, or what is wrong with it. */
export type CompiledTrust =
  | { readonly kind: 'valid'; readonly trust: ProxyTrust }
  | { readonly kind: 'invalid'; readonly message: string };

const NAMED_NETWORKS: ReadonlyMap<string, readonly string[]> = new Map([
  ['loopback', ['127.0.0.1/8', '::1/128']],
  ['linklocal', ['169.254.0.0/16', 'fe80::/10']],
  ['uniquelocal', ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7']],
]);
const MAX_HOPS = 64;
const MAX_REMEMBERED = 1000;
const FORMS = 'true, false, a number of proxies from 0 to 64, addresses and networks, or a function';

/** Compiles a setting. Total. */
export function compileTrust(setting: unknown): CompiledTrust {
  if (typeof setting === 'boolean') return valid(() => setting);
  if (typeof setting === 'function') return valid((address, hop) => isTrue(setting, address, hop));
  if (typeof setting === 'number') {
    const isCount = Number.isInteger(setting) && setting >= 0 && setting <= MAX_HOPS;
    return isCount ? valid((_address, hop) => hop < setting) : { kind: 'invalid', message: `must be ${FORMS}` };
  }
  if (typeof setting === 'string') return compileNetworks(setting.split(','));
  if (Array.isArray(setting)) return compileNetworks(setting);
  return { kind: 'invalid', message: `must be ${FORMS}` };
}

function valid(trust: ProxyTrust): CompiledTrust {
  return { kind: 'valid', trust };
}

function isTrue(callback: Function, address: string, hop: number): boolean {
  try {
    return Reflect.apply(callback, undefined, [address, hop]) === true;
  } catch {
    // Of a peer that cannot be judged nothing is believed.
    return false;
  }
}

function compileNetworks(entries: readonly unknown[]): CompiledTrust {
  const networks = new BlockList();
  for (const entry of entries) {
    const name = typeof entry === 'string' ? entry.trim() : '';
    for (const network of NAMED_NETWORKS.get(name) ?? [name]) {
      if (!addNetwork(networks, network)) {
        return { kind: 'invalid', message: `must name addresses and networks; ${JSON.stringify(entry)} is neither` };
      }
    }
  }
  return valid(remember(networks));
}

function addNetwork(networks: BlockList, text: string): boolean {
  const slash = text.indexOf('/');
  const address = slash === -1 ? text : text.slice(0, slash);
  const family = isIPv4(address) ? 'ipv4' : isIPv6(address) && !address.includes('%') ? 'ipv6' : null;
  if (family === null) return false;
  const most = family === 'ipv4' ? 32 : 128;
  const prefix = slash === -1 ? String(most) : text.slice(slash + 1);
  if (!/^\d{1,3}$/.test(prefix) || Number(prefix) > most) return false;
  networks.addSubnet(address, Number(prefix), family);
  return true;
}

/** The verdict on an address never changes and few proxies speak to one process; full, the memory starts anew. */
function remember(networks: BlockList): ProxyTrust {
  const known = new Map<string, boolean>();
  return (address) => {
    const verdict = known.get(address);
    if (verdict !== undefined) return verdict;
    const isTrusted = isIPv4(address) ? networks.check(address) : isIPv6(address) && networks.check(address, 'ipv6');
    if (known.size >= MAX_REMEMBERED) known.clear();
    known.set(address, isTrusted);
    return isTrusted;
  };
}
