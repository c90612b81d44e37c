// Runs every scenario with one version of the client in one format:
//
//     node play.mjs VERSION FORMAT URL JWKS_URL BACKEND
//
// URL is a server that knows the backend's key, JWKS_URL one that fetches it. Each scenario is a
// line on standard output. The first that fails ends the program.

import assert from 'node:assert/strict';
import { open } from './clients.mjs';

const [version, format, url, jwksUrl, backend] = process.argv.slice(2);
const isFirst = version.startsWith('2');
const later = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const seconds = () => Math.floor(Date.now() / 1000);

/** A token that PyJWT signs. */
async function token(claims, key = 'good') {
  const query = new URLSearchParams({ claims: JSON.stringify(claims), key });
  const answer = await fetch(`${backend}/token?${query}`);
  assert.equal(answer.status, 200);
  return answer.text();
}

const start = (options, server = url) => open(version, format, server, options);

const scenarios = {
  async 'connects, and is told its client ID'() {
    const client = start({ token: await token({ sub: '42' }) });
    const { client: id } = await client.events.until('connected');
    assert.match(id, /^[0-9a-f-]{36}$/);
    client.close();
  },

  async 'gives up with a token under another key'() {
    const client = start({ token: await token({ sub: '42' }, 'other') });
    const event = await client.events.until('disconnected', ({ isFinal }) => isFinal);
    assert.equal(event.reason, 'invalid token');
    await later(1000);
    assert.equal(client.events.count('connected'), 0);
  },

  async 'asks for another token when its own has expired'() {
    const client = start({
      token: await token({ sub: '42', exp: seconds() - 10 }),
      getToken: () => token({ sub: '42' }),
    });
    await client.events.until('connected');
    assert.ok(client.events.count('refresh') >= 1);
    client.close();
  },

  async 'refreshes, and stays connected'() {
    const client = start({
      token: await token({ sub: '42', exp: seconds() + 4 }),
      getToken: () => token({ sub: '42', exp: seconds() + 3600 }),
    });
    await client.events.until('connected');
    await client.events.until('refresh');
    // The server closes one second after the token ends.
    await later(4000);
    assert.equal(client.events.count('disconnected'), 0);
    client.close();
  },

  async 'is closed when it shows no new token, and may come back'() {
    const client = start({ token: await token({ sub: '42', exp: seconds() + 3 }) });
    await client.events.until('connected');
    const event = await client.events.until('disconnected');
    assert.equal(event.isFinal, false);
    assert.match(event.reason, /expired/);
    client.close();
  },

  async 'is closed for good when it refreshes as another user'() {
    const client = start({
      token: await token({ sub: '42', exp: seconds() + 3 }),
      getToken: () => token({ sub: '43' }),
    });
    const event = await client.events.until('disconnected', ({ isFinal }) => isFinal);
    assert.equal(event.reason, 'invalid token');
  },

  async 'enters a private channel with a token alone'() {
    const client = start({
      token: await token({ sub: '42' }),
      getSubscriptionToken: async (channel, id) =>
        channel === '$good' ? token({ client: id, channel }) : token({ client: 'another', channel: '$else' }),
    });
    await client.events.until('connected');
    client.subscribe('$good');
    await client.events.until('subscribed', ({ channel }) => channel === '$good');
    client.subscribe('$bad');
    const wrong = ({ channel }) => channel === '$bad';
    if (isFirst) {
      const { code } = await client.events.until('refused', wrong);
      assert.equal(code, 103);
    } else {
      // A token for another client is refused with 109, so that the client replaces a token that
      // it kept over a reconnect.
      await later(500);
    }
    assert.equal(client.events.all.filter((it) => it.name === 'subscribed' && wrong(it)).length, 0);
    client.close();
  },

  async 'keeps a private channel by refreshing, and loses it without'() {
    let renews = true;
    const client = start({
      token: await token({ sub: '42' }),
      getSubscriptionToken: async (channel, id) => {
        if (!renews) return new Promise(() => {});
        return token({ client: id, channel, exp: seconds() + 4 });
      },
    });
    await client.events.until('connected');
    client.subscribe('$good');
    await client.events.until('subscribed', ({ channel }) => channel === '$good');
    // The first token ends within four seconds, and the server closes one second later.
    await later(6500);
    assert.equal(client.events.count('disconnected'), 0);
    assert.equal(client.events.count('unsubscribed'), 0);
    renews = false;
    // A 2.x client loses its connection; a 5.x client loses only the subscription.
    await client.events.until(isFirst ? 'disconnected' : 'unsubscribed');
    assert.equal(client.events.count('disconnected'), isFirst ? 1 : 0);
    client.close();
  },

  async 'shows info in presence, in joins and leaves, and in publications'() {
    const info = { name: 'Ann', list: [1.5, null], 'ключ': '\u2028"' };
    const watcher = start({ token: await token({ sub: '1' }) });
    const client = start({
      token: await token({ sub: '42', info }),
      getSubscriptionToken: async (channel, id) => token({ client: id, channel, info: { role: 'host' } }),
    });
    await Promise.all([watcher.events.until('connected'), client.events.until('connected')]);
    const open = watcher.subscribe('room');
    await watcher.events.until('subscribed', ({ channel }) => channel === 'room');
    const own = client.subscribe('room');
    const joined = await watcher.events.until('join', (it) => it.info.user === '42');
    assert.deepEqual(joined.info.connection, info);
    await client.events.until('subscribed', ({ channel }) => channel === 'room');
    await client.publish('room', { text: 'hello' });
    const published = await watcher.events.until('publication');
    assert.deepEqual(published.data, { text: 'hello' });
    assert.deepEqual(published.info, joined.info);
    const present = (await open.presence()).find((it) => it.user === '42');
    assert.deepEqual(present, joined.info);
    assert.deepEqual(await open.stats(), { clients: 2, users: 2 });
    own.unsubscribe();
    const left = await watcher.events.until('leave', (it) => it.info.user === '42');
    assert.deepEqual(left.info, joined.info);

    const private_ = client.subscribe('$room');
    await client.events.until('subscribed', ({ channel }) => channel === '$room');
    const [shown] = await private_.presence();
    assert.deepEqual([shown.connection, shown.channel], [info, { role: 'host' }]);
    watcher.close();
    client.close();
  },

  async 'leaves out info that is not JSON, but for Protobuf'() {
    const b64info = Buffer.from([0xff, 0x0a]).toString('base64');
    const client = start({ token: await token({ sub: '42', b64info }) });
    await client.events.until('connected');
    const subscription = client.subscribe('bytes');
    await client.events.until('subscribed', ({ channel }) => channel === 'bytes');
    const [shown] = await subscription.presence();
    assert.deepEqual(shown.connection, format === 'protobuf' ? [0xff, 0x0a] : undefined);
    client.close();
  },

  async 'passes on JSON with line breaks that Protobuf clients publish'() {
    const reader = start({ token: await token({ sub: '1' }) });
    const writer = open('5', 'protobuf', url, { token: await token({ sub: '2' }) });
    await Promise.all([reader.events.until('connected'), writer.events.until('connected')]);
    reader.subscribe('lines');
    await reader.events.until('subscribed', ({ channel }) => channel === 'lines');
    const encode = (text) => new TextEncoder().encode(text);
    await writer.publishBytes('lines', new Uint8Array([0xff]));
    await writer.publishBytes('lines', encode('{\n"a":\r\n1\n}'));
    const { data } = await reader.events.until('publication', (it) => !Array.isArray(it.data));
    assert.deepEqual(data, { a: 1 });
    // The bytes that are not JSON come first, but only to readers whose format can carry them.
    assert.equal(reader.events.count('publication'), format === 'protobuf' ? 2 : 1);
    reader.close();
    writer.close();
  },

  async 'is subscribed by the server'() {
    const client = start({ token: await token({ sub: '42', channels: ['news'] }) });
    await client.events.until('connected');
    await client.events.until('subscribed', ({ channel }) => channel === 'news');
    await client.publish('news', 1);
    const { data } = await client.events.until('publication', ({ channel }) => channel === 'news');
    assert.equal(data, 1);
    client.close();
  },

  async 'comes back by itself when the keys are available again'() {
    await fetch(`${backend}/off`);
    const client = start({ token: await token({ sub: '42' }) }, jwksUrl);
    await later(3000);
    assert.equal(client.events.count('connected'), 0);
    assert.equal(client.events.all.filter((it) => it.isFinal).length, 0);
    await fetch(`${backend}/on`);
    await client.events.until('connected', () => true, 60_000);
    client.close();
  },
};

for (const [name, play] of Object.entries(scenarios)) {
  try {
    await play();
  } catch (error) {
    console.log(`${version} ${format}: FAILED: ${name}`);
    throw error;
  }
  console.log(`${version} ${format}: ${name}`);
}
process.exit(0);
