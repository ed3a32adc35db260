import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { isPublicAddress, literalAddress } from '../../src/webhooks/addresses.js';
import { allowedAddresses, type PostOptions, post } from '../../src/webhooks/post.js';
import { maxAttempts, retryDelay } from '../../src/webhooks/retries.js';
import { formatWebhookSecret, parseWebhookSecret, signedHeaders } from '../../src/webhooks/signature.js';
import { Receiver } from '../support/receiver.js';

test('the signature is the one that Standard Webhooks gives as its example', () => {
  const secret = parseWebhookSecret('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw') as Buffer;
  const message = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', body: '{"test": 2432232314}' };
  expect(signedHeaders(message, secret, new Date(1614265330_999))).toEqual({
    'webhook-id': message.id,
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
});

test('the library of Standard Webhooks accepts what is signed, and nothing else', () => {
  const secret = Buffer.alloc(32, 7);
  const library = new Webhook(formatWebhookSecret(secret));
  const body = JSON.stringify({ prompt: '红色跑车 é' });
  const headers = signedHeaders({ id: 'x', body }, secret, new Date());
  expect(library.verify(body, headers)).toEqual(JSON.parse(body));
  expect(() => library.verify(`${body} `, headers)).toThrow();
  expect(() => library.verify(body, signedHeaders({ id: 'x', body }, Buffer.alloc(32, 8), new Date()))).toThrow();
  expect(() => library.verify(body, signedHeaders({ id: 'x', body }, secret, new Date(0)))).toThrow();
});

test.each(['', 'whsec_', 'whsec_c2hvcnQ=', `whsec_${'A'.repeat(100)}`, 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'whsec_?'])(
  '%j is no secret',
  (text) => {
    expect(parseWebhookSecret(text)).toBeNull();
  },
);

describe('addresses', () => {
  it.each(['8.8.8.8', '93.184.216.34', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '2a00:1450:4001:81b::200e'])(
    '%s is public',
    (address) => expect(isPublicAddress(address)).toBe(true),
  );

  it.each([
    ...['127.0.0.1', '127.255.255.255', '0.0.0.0', '10.1.2.3', '100.64.0.1', '169.254.169.254', '172.16.0.1'],
    ...['172.31.255.255', '192.168.1.1', '192.0.0.192', '198.18.0.1', '224.0.0.1', '240.0.0.1', '255.255.255.255'],
    ...['::', '::1', 'fe80::1', 'fe80::1%eth0', 'fd00:ec2::254', 'fc00::1', 'ff02::1', '::ffff:127.0.0.1'],
    ...['::ffff:7f00:1', '::127.0.0.1', '64:ff9b::a00:1', '64:ff9b:1::a00:1', '2002:7f00:1::', '2001::1'],
    ...['2001:db8::1', '3fff::1', '100::1', '5f00::1', 'localhost', '', '127.1'],
  ])('%s is not', (address) => expect(isPublicAddress(address)).toBe(false));

  it.each([
    ['http://127.1/', '127.0.0.1'],
    ['http://2130706433/', '127.0.0.1'],
    ['http://0x7f.0.0.1/', '127.0.0.1'],
    ['http://017700000001/', '127.0.0.1'],
    ['http://127.0.0.1./', '127.0.0.1'],
    ['http://[::FFFF:127.0.0.1]/', '::ffff:7f00:1'],
    ['http://１２７.0.0.1/', '127.0.0.1'],
    ['http://example.com/', null],
  ])('%s names %s', (url, address) => {
    expect(literalAddress(new URL(url))).toBe(address);
  });
});

test('retries come later and later, for more than a day, and then no more', () => {
  const pauses = Array.from({ length: maxAttempts }, (_, i) => retryDelay(i + 1, null, 0.5));
  expect(pauses).toEqual([5, 20, 80, 320, 1280, 5120, 20480, 43200, 43200, null]);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), fc.double({ min: 0, max: 0.999, noNaN: true }), (attempts, random) => {
      const delay = retryDelay(attempts, null, random) as number;
      const middle = pauses[attempts - 1] as number;
      expect(delay).toBeGreaterThanOrEqual(middle * 0.75);
      expect(delay).toBeLessThanOrEqual(middle * 1.25);
    }),
  );
  expect(retryDelay(1, 60, 0.5)).toBe(60);
  expect(retryDelay(3, 60, 0.5)).toBe(80);
  expect(retryDelay(1, 10 ** 9, 0.5)).toBe(43200);
});

describe('a post', () => {
  let receiver: Receiver;
  beforeEach(async () => {
    receiver = await Receiver.start();
  });
  afterEach(() => receiver.close());

  const options = (more: Partial<PostOptions> = {}): PostOptions => ({
    headers: { 'content-type': 'application/json' },
    body: '{"a":"é"}',
    signal: new AbortController().signal,
    allowPrivate: true,
    timeoutMs: 5000,
    ...more,
  });

  it('arrives as it was sent', async () => {
    receiver.respond = (response) => response.writeHead(202, { 'retry-after': '7' }).end('thanks');
    expect(await post(`${receiver.url}/hook?x=1`, options())).toEqual({ status: 202, retryAfter: 7 });
    expect(receiver.received).toEqual([
      { path: '/hook?x=1', headers: expect.objectContaining({ 'content-length': '10' }), body: '{"a":"é"}' },
    ]);
  });

  it.each(['http://127.0.0.1', 'http://localhost', 'http://[::1]', 'http://0x7f000001', 'http://0.0.0.0'])(
    'to %s is not sent',
    async (origin) => {
      const refused = post(`${origin}:${receiver.port}/`, options({ allowPrivate: false }));
      await expect(refused).rejects.toThrow('no address of the public Internet');
      expect(receiver.received).toEqual([]);
    },
  );

  it('to a name of private addresses is not sent, and of several addresses only public ones are called', async () => {
    const addresses = [
      { address: '10.0.0.1', family: 4 },
      { address: '127.0.0.1', family: 4 },
    ];
    const resolve = async () => addresses;
    const hook = `http://rebound.example:${receiver.port}/`;
    await expect(post(hook, options({ allowPrivate: false, resolve }))).rejects.toThrow(
      'rebound.example has no address',
    );
    expect(receiver.received).toEqual([]);
    const mixed = async () => [{ address: '8.8.8.8', family: 4 }, ...addresses, { address: '::1', family: 6 }];
    const allowed = await allowedAddresses(new URL(hook), { allowPrivate: false, resolve: mixed });
    expect(allowed.map(({ address }) => address)).toEqual(['8.8.8.8']);
  });

  it('asks for the name once and connects to what was checked then', async () => {
    let asked = 0;
    const resolve = async () => {
      asked++;
      return [{ address: asked === 1 ? '127.0.0.1' : '10.0.0.1', family: 4 }];
    };
    await post(`http://pinned.example:${receiver.port}/`, options({ resolve }));
    expect(asked).toBe(1);
    expect(receiver.received[0]?.headers.host).toBe(`pinned.example:${receiver.port}`);
  });

  it('does not follow a redirect', async () => {
    receiver.respond = (response) => response.writeHead(307, { location: `${receiver.url}/elsewhere` }).end();
    expect((await post(`${receiver.url}/hook`, options())).status).toBe(307);
    expect(receiver.received.map(({ path }) => path)).toEqual(['/hook']);
  });

  it('waits no longer than it should, for the beginning of the answer or its end', async () => {
    receiver.respond = () => {};
    await expect(post(receiver.url, options({ timeoutMs: 150 }))).rejects.toThrow('did not answer within 0.15 seconds');
    receiver.respond = (response) => response.writeHead(200).write('slowly');
    await expect(post(receiver.url, options({ timeoutMs: 150 }))).rejects.toThrow('did not answer');
    const never = () => new Promise<never>(() => {});
    const unresolved = post('http://slow.example/', options({ timeoutMs: 150, resolve: never }));
    await expect(unresolved).rejects.toThrow('did not answer');
  });

  it('reads no endless answer', async () => {
    receiver.respond = (response) => {
      const write = (): void => {
        if (!response.destroyed) response.write('x'.repeat(16_384), () => setImmediate(write));
      };
      response.writeHead(200);
      write();
    };
    expect((await post(receiver.url, options())).status).toBe(200);
  });

  it('says what went wrong, and ends with the signal', async () => {
    // Where nobody listens: a port that was just given back may be somebody else's by now.
    const nobody = 'http://127.0.0.1:1/';
    await expect(post(nobody, options())).rejects.toThrow(/could not be reached: .*ECONNREFUSED/);
    const signal = AbortSignal.abort(new Error('The server stops.'));
    await expect(post(nobody, options({ signal }))).rejects.toThrow('The server stops.');
  });
});
