import { describe, expect, test } from 'vitest';
import { readClientAddress } from '../../src/middleware/client-address.ts';
import { createSecurityEventsMiddleware } from '../../src/middleware/create-security-events-middleware.ts';
import { compileTrust, type TrustProxy } from '../../src/middleware/trust-proxy.ts';
import { createEventLog } from './support/event-log.ts';
import { EXPRESS_VERSIONS } from './support/express-versions.ts';
import { serve } from './support/serve.ts';

function read(trustProxy: TrustProxy, forwarded: string | undefined, peer: string | null = '10.0.0.9') {
  const compiled = compileTrust(trustProxy);
  if (compiled.kind === 'invalid') throw new Error(compiled.message);
  return readClientAddress({ headers: { 'x-forwarded-for': forwarded } }, peer ?? undefined, compiled.trust);
}

describe('the address of a client', () => {
  test.each<[string, TrustProxy, string | undefined, string | null]>([
    ['nobody is trusted', false, '1.2.3.4', '10.0.0.9'],
    ['the peer is no proxy', '192.168.0.0/16', '1.2.3.4', '10.0.0.9'],
    ['the peer is a proxy', '10.0.0.0/8', '1.2.3.4', '1.2.3.4'],
    ['the header is absent', '10.0.0.0/8', undefined, '10.0.0.9'],
    ['the header is empty', '10.0.0.0/8', '', '10.0.0.9'],
    ['the client wrote an address in front', '10.0.0.0/8', '9.9.9.9, 1.2.3.4', '1.2.3.4'],
    ['a chain of proxies', 'uniquelocal', '9.9.9.9, 1.2.3.4, 10.0.0.7, 192.168.3.4', '1.2.3.4'],
    ['only proxies are named', 'uniquelocal', '10.0.0.1, 10.0.0.2', '10.0.0.1'],
    ['garbage behind the client', 'uniquelocal', '1.2.3.4, garbage', '10.0.0.9'],
    ['garbage before a proxy', 'uniquelocal', '<script>, 10.0.0.7', '10.0.0.7'],
    ['one hop', 1, '9.9.9.9, 1.2.3.4', '1.2.3.4'],
    ['two hops', 2, '9.9.9.9, 1.2.3.4', '9.9.9.9'],
    ['no hop', 0, '1.2.3.4', '10.0.0.9'],
    ['everybody', true, '9.9.9.9, 1.2.3.4', '9.9.9.9'],
    ['a list', ['loopback', '10.0.0.9'], '1.2.3.4', '1.2.3.4'],
    ['one text with commas', 'loopback, 10.0.0.9', '1.2.3.4', '1.2.3.4'],
    ['a function', (address) => address === '10.0.0.9', '1.2.3.4', '1.2.3.4'],
    ['a function of the distance', (_address, hop) => hop < 2, '8.8.8.8, 1.2.3.4, 10.0.0.1', '1.2.3.4'],
    [
      'a function that throws',
      () => {
        throw new Error('broken');
      },
      '1.2.3.4',
      '10.0.0.9',
    ],
    ['a port', '10.0.0.0/8', '1.2.3.4:5678', '1.2.3.4'],
    ['IPv6 with a port', '10.0.0.0/8', '[2001:DB8::7]:443', '2001:db8::7'],
    ['IPv6', '10.0.0.0/8', '2001:db8::7', '2001:db8::7'],
    ['a zone', '10.0.0.0/8', 'fe80::1%eth0', 'fe80::1'],
    ['a network', '10.0.0.0/8', '1.2.3.0/24', '10.0.0.9'],
    ['an impossible address', '10.0.0.0/8', '999.1.1.1', '10.0.0.9'],
    ['spaces around', '10.0.0.0/8', '   1.2.3.4  ', '1.2.3.4'],
    ['an empty entry', '10.0.0.0/8', '1.2.3.4,,', '10.0.0.9'],
  ])('is right when: %s', (_name, trustProxy, forwarded, expected) => {
    expect(read(trustProxy, forwarded)).toBe(expected);
  });

  test('an IPv4 address within IPv6 is the same peer', () => {
    expect(read('127.0.0.1', '1.2.3.4', '::ffff:127.0.0.1')).toBe('1.2.3.4');
    expect(read(false, '1.2.3.4', '::ffff:127.0.0.1')).toBe('127.0.0.1');
    expect(read('fc00::/7', '1.2.3.4', 'fd00::1')).toBe('1.2.3.4');
    expect(read('fc00::/7', '1.2.3.4', '2001:db8::1')).toBe('2001:db8::1');
  });

  test('a peer without an address, as on a Unix socket, is believed only where distance or everybody is trusted', () => {
    const trusts: readonly TrustProxy[] = [true, 1, 'loopback', false];
    expect(trusts.map((trust) => read(trust, '1.2.3.4', null))).toEqual(['1.2.3.4', '1.2.3.4', null, null]);
  });

  test('a header of ten thousand proxies is followed for sixty-four, in no time', () => {
    const chain = Array.from(
      { length: 10_000 },
      (_one, index) => `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`,
    );
    expect(read('10.0.0.0/8', chain.join(','))).toBe(chain.at(-64));
  });

  test.each(['nonsense', '10.0.0.0/33', 'fe80::/129', '10.0.0.0/', '', ['10.0.0.1', '1.2.3'], -1, 1.5, 65, Number.NaN])(
    'the setting %j is refused',
    (setting) => {
      expect(compileTrust(setting)).toMatchObject({ kind: 'invalid', message: expect.stringMatching(/^must /) });
    },
  );
});

describe.each(EXPRESS_VERSIONS)('the address of a client in $name', ({ express }) => {
  async function ask(expressTrust: unknown, trustProxy?: TrustProxy): Promise<unknown> {
    const log = createEventLog();
    const app = express();
    if (expressTrust !== undefined) app.set('trust proxy', expressTrust);
    app.use(createSecurityEventsMiddleware({ service: log, flushOnShutdown: false, trustProxy }));
    app.get('/api/x', (_request, response) => void response.send('x'));
    const { url } = await serve(app);
    await fetch(`${url}/api/x`, { headers: { 'x-forwarded-for': '203.0.113.7, 198.51.100.4' } });
    return (await log.waitFor(1))[0]?.details['ipAddress'];
  }

  test('an X-Forwarded-For is not believed by default', async () => {
    expect(await ask(undefined)).toBe('127.0.0.1');
    expect(await ask('10.0.0.0/8')).toBe('127.0.0.1');
  });

  test("Express' own setting holds where trustProxy is not given", async () => {
    expect(await ask('loopback')).toBe('198.51.100.4');
    expect(await ask(2)).toBe('203.0.113.7');
    expect(await ask(true)).toBe('203.0.113.7');
  });

  test("trustProxy wins over Express' setting", async () => {
    expect(await ask(true, false)).toBe('127.0.0.1');
    expect(await ask(false, 'loopback')).toBe('198.51.100.4');
  });
});
