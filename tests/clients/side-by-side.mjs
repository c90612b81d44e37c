// Plays short cases with centrifuge 5.x, and tells what the client saw of each:
//
//     node side-by-side.mjs URL
//
// The server is Centrifugo or this one, with the configuration of `side-by-side.json`. What is
// told is JSON on standard output, by case; it must not depend on the run or on the machine. Each
// case is played in JSON and in Protobuf.

import { createHmac } from 'node:crypto';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import WebSocket from 'ws';
import { plain } from './clients.mjs';

const require = createRequire(import.meta.url);
const [url] = process.argv.slice(2);
const { config } = JSON.parse(readFileSync(new URL('side-by-side.json', import.meta.url)));
const secret = config.client.token.hmac_secret_key;

/** How long a client is watched, in milliseconds. Tokens that end do so within four seconds, and
 * servers close three seconds later at the earliest. */
const WATCHED = 12_000;
const never = () => new Promise(() => {});
const later = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const now = () => Math.floor(Date.now() / 1000);
/** The end of a token that a client connects with first: it may take its time to do so. */
const soon = () => now() + 4;

function token(claims, key = secret) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const message = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
  return `${message}.${createHmac('sha256', key).update(message).digest('base64url')}`;
}

/** Names of channels that no other case has, where clients of others would show. */
let count = 0;
const fresh = (name) => `${name}-${(count += 1)}`;

const good = () => token({ sub: '42' });
const of = (channel, claims) => token({ sub: '42', channel, ...claims });
const end = ({ code, reason }) => `${code} ${reason}`;

/** A client, and what it has seen. It waits long before it tries anything again. */
class Watched {
  constructor(format, options) {
    this.format = format;
    this.seen = [];
    const { Centrifuge } = require(`centrifuge-5${format === 'protobuf' ? '/build/protobuf' : ''}`);
    this.client = new Centrifuge(url, {
      websocket: WebSocket,
      minReconnectDelay: 60_000,
      maxReconnectDelay: 60_000,
      getToken: never,
      ...options,
    });
    this.client.on('connected', () => this.seen.push('connected'));
    this.client.on('connecting', (it) => it.code !== 0 && this.seen.push(`connecting: ${end(it)}`));
    this.client.on('disconnected', (it) => this.seen.push(`disconnected: ${end(it)}`));
    this.client.on('error', ({ error }) => error.code >= 100 && this.seen.push(`error ${error.code}`));
    this.client.on('subscribed', ({ channel }) => this.seen.push(`subscribed by the server: ${channel}`));
    this.client.on('publication', ({ channel }) => this.seen.push(`publication: ${channel}`));
    this.client.connect();
  }

  /** As the client is once it is connected. */
  async ready() {
    await this.client.ready(WATCHED);
    this.seen = [];
    return this;
  }

  subscribe(channel, options) {
    const subscription = this.client.newSubscription(channel, {
      minResubscribeDelay: 60_000,
      maxResubscribeDelay: 60_000,
      ...options,
    });
    subscription.on('subscribed', () => this.seen.push('subscribed'));
    subscription.on('subscribing', (it) => it.code !== 0 && this.seen.push(`subscribing: ${end(it)}`));
    subscription.on('unsubscribed', (it) => this.seen.push(`unsubscribed: ${end(it)}`));
    subscription.on('error', ({ error }) => this.seen.push(`error ${error.code}`));
    subscription.on('publication', ({ data }) => this.seen.push(`publication: ${JSON.stringify(plain(data))}`));
    subscription.on('join', ({ info }) => this.seen.push(`join: ${info.user}`));
    subscription.on('leave', ({ info }) => this.seen.push(`leave: ${info.user}`));
    subscription.subscribe();
    return subscription;
  }

  data(value) {
    return this.format === 'protobuf' ? new TextEncoder().encode(JSON.stringify(value)) : value;
  }

  /** What came of a call: its result, or the code of its error. */
  async call(promise, show = () => 'done') {
    try {
      this.seen.push(show(await promise));
    } catch ({ code, message }) {
      this.seen.push(`error ${code} ${message}`);
    }
  }

  async told() {
    await later(WATCHED);
    return this.end();
  }

  end() {
    const told = this.seen.join(', ') || 'nothing';
    this.seen = [];
    this.client.removeAllListeners();
    this.client.disconnect();
    return told;
  }
}

/** A case that is about the connection alone. */
const connects = (options) => async (format) => new Watched(format, options()).told();

/** A case that is about one subscription of a client that is connected. */
const subscribes = (channel, options = () => ({}), claims = {}) => async (format) => {
  const client = await new Watched(format, { token: token({ sub: '42', ...claims }) }).ready();
  client.subscribe(channel, options());
  return client.told();
};

/** A case in which another user enters and leaves a channel that this one is in. */
const hears = (options) => async (format) => {
  const [client, other] = await Promise.all(
    [good(), token({ sub: '43' })].map((shown) => new Watched(format, { token: shown }).ready()),
  );
  const channel = fresh('join');
  await client.subscribe(channel, options).ready(WATCHED);
  client.seen = [];
  const subscription = other.subscribe(channel);
  await subscription.ready(WATCHED);
  subscription.unsubscribe();
  await later(1000);
  other.end();
  // A client that hears others may hear itself, too.
  client.seen = client.seen.filter((it) => it !== 'join: 42');
  return client.end();
};

/** A case of calls of a client that is subscribed to a channel. */
const calls = (act) => async (format) => {
  const client = await new Watched(format, { token: good() }).ready();
  const subscription = client.subscribe(fresh('open'));
  await subscription.ready(WATCHED);
  client.seen = [];
  await act(client, subscription);
  await later(1000);
  return client.end();
};

const cases = {
  'a token': connects(() => ({ token: good() })),
  'a token under another key': connects(() => ({ token: token({ sub: '42' }, 'another') })),
  'no token at all': connects(() => ({ token: 'nonsense' })),
  'an empty token': connects(() => ({ token: '', getToken: null })),
  'a subscription token, to connect': connects(() => ({ token: of('open') })),
  'a `sub` that is a number': connects(() => ({ token: token({ sub: 42 }) })),
  'a token before its `nbf`': connects(() => ({ token: token({ sub: '42', nbf: now() + 3600 }) })),
  'an expired token, and no other': connects(() => ({ token: token({ sub: '42', exp: now() - 60 }), getToken: null })),
  'an expired token, then a good one': connects(() => ({
    token: token({ sub: '42', exp: now() - 60 }), minReconnectDelay: 50, maxReconnectDelay: 50, getToken: async () => good(),
  })),
  'a refresh': connects(() => ({
    token: token({ sub: '42', exp: soon() }), getToken: async () => token({ sub: '42', exp: now() + 3600 }),
  })),
  'a refresh with a token without `exp`': connects(() => ({
    token: token({ sub: '42', exp: soon() }), getToken: async () => good(),
  })),
  'no refresh': connects(() => ({ token: token({ sub: '42', exp: soon() }) })),
  'a refresh with an expired token': connects(() => ({
    token: token({ sub: '42', exp: soon() }), getToken: async () => token({ sub: '42', exp: now() - 60 }),
  })),
  'a refresh with a token under another key': connects(() => ({
    token: token({ sub: '42', exp: soon() }), getToken: async () => token({ sub: '42' }, 'another'),
  })),
  'a refresh with a token of another user': connects(() => ({
    token: token({ sub: '42', exp: soon() }), getToken: async () => token({ sub: '43' }),
  })),
  'server-side subscriptions by `channels`': connects(() => ({ token: token({ sub: '42', channels: ['$b'] }) })),
  'server-side subscriptions by `subs`': connects(() => ({ token: token({ sub: '42', subs: { 'closed:b': {} } }) })),
  'a server-side subscription in a namespace that is not configured': connects(() => ({
    token: token({ sub: '42', channels: ['no:a'] }),
  })),
  'a channel that is open': subscribes('open'),
  'a channel that is open, as an anonymous user': subscribes('open', undefined, { sub: '' }),
  'a channel that is open to anonymous users, as one': subscribes('anonymous:a', undefined, { sub: '' }),
  'a channel of a namespace that is not configured': subscribes('no:a'),
  'a channel that is closed, without a token': subscribes('closed:a'),
  'a channel that is closed, with a token': subscribes('closed:a', () => ({ token: of('closed:a') })),
  'a private channel, without a token': subscribes('$a'),
  'a private channel, with a token': subscribes('$a', () => ({ token: of('$a') })),
  'a private channel, with a token for another channel': subscribes('$a', () => ({ token: of('$b') })),
  'a private channel, with a token of another user': subscribes('$a', () => ({ token: of('$a', { sub: '43' }) })),
  'a private channel, with a token of v2 for another client': subscribes('$a', () => ({
    token: token({ client: 'another', channel: '$a' }), getToken: never,
  })),
  'a private channel, with a token under another key': subscribes('$a', () => ({
    token: token({ sub: '42', channel: '$a' }, 'another'),
  })),
  'a private channel, with no token but nonsense': subscribes('$a', () => ({ token: 'nonsense' })),
  'a private channel, with a connection token': subscribes('$a', () => ({ token: good() })),
  'a private channel, with an expired token': subscribes('$a', () => ({ token: of('$a', { exp: now() - 60 }), getToken: never })),
  'a private channel, with an expired token, then a good one': subscribes('$a', () => ({
    token: of('$a', { exp: now() - 60 }), minResubscribeDelay: 50, maxResubscribeDelay: 50, getToken: async () => of('$a'),
  })),
  'a subscription that is refreshed': subscribes('$a', () => ({
    token: of('$a', { exp: soon() }), getToken: async () => of('$a', { exp: now() + 3600 }),
  })),
  'a subscription that is not refreshed': subscribes('$a', () => ({ token: of('$a', { exp: soon() }), getToken: never })),
  'a subscription that is refreshed with an expired token': subscribes('$a', () => ({
    token: of('$a', { exp: soon() }), getToken: async () => of('$a', { exp: now() - 60 }),
  })),
  'a subscription that is refreshed with a token for another channel': subscribes('$a', () => ({
    token: of('$a', { exp: soon() }), getToken: async () => of('$b'),
  })),
  'a subscription that is refreshed with a token under another key': subscribes('$a', () => ({
    token: of('$a', { exp: soon() }), getToken: async () => token({ sub: '42', channel: '$a' }, 'another'),
  })),
  'a channel for user 42': subscribes('limited:a#42'),
  'a channel for user 43': subscribes('limited:a#43'),
  'a channel with a name of 256 bytes': subscribes('a'.repeat(256)),
  'a subscription that asks for recovery': subscribes('recovery', () => ({ since: { offset: 1, epoch: 'x' }, recoverable: true, positioned: true })),
  'joins and leaves, where the client asks for them': hears({ joinLeave: true }),
  'joins and leaves, where it does not': hears({}),
  'publish': calls(async (client, subscription) => {
    await client.call(subscription.publish(client.data({ a: 1 })));
    await later(500);
    // The client tells of a reply and of a push of one frame in either order.
    client.seen.sort();
  }),
  'publish where it is not subscribed': calls((client) => client.call(client.client.publish('other', client.data(1)))),
  'publish where nobody may': calls((client) => client.call(client.client.publish('closed:a', client.data(1)))),
  'presence': calls((client, subscription) => client.call(subscription.presence(), ({ clients }) => {
    return Object.values(clients).map(({ user }) => user).join();
  })),
  'presence stats': calls((client, subscription) => client.call(subscription.presenceStats(), (it) => {
    return `${it.numClients} client, ${it.numUsers} user`;
  })),
  'presence where it is not subscribed': calls((client) => client.call(client.client.presence('other'))),
  'presence where it is off': calls((client) => client.call(client.client.presence('closed:a'))),
  'history': calls((client, subscription) => client.call(subscription.history({ limit: 1 }))),
  'rpc': calls((client) => client.call(client.client.rpc('m', client.data({})))),
  'send': calls((client) => client.call(client.client.send(client.data({})))),
  'info of the connection and of the subscription': async (format) => {
    const info = { name: 'Ann', list: [1.5, null] };
    const client = await new Watched(format, { token: token({ sub: '42', info }) }).ready();
    const channel = fresh('$info');
    const subscription = client.subscribe(channel, { token: of(channel, { info: { role: 'host' } }) });
    await subscription.ready(WATCHED);
    client.seen = [];
    await client.call(subscription.presence(), ({ clients }) => {
      return JSON.stringify(Object.values(clients).map((it) => [plain(it.connInfo), plain(it.chanInfo)]));
    });
    return client.end();
  },
  'info that is not JSON': async (format) => {
    const b64info = Buffer.from([0xff, 0x0a]).toString('base64');
    const client = await new Watched(format, { token: token({ sub: '42', b64info }) }).ready();
    const subscription = client.subscribe(fresh('bytes'));
    await later(1000);
    await client.call(subscription.presence(), ({ clients }) => {
      return JSON.stringify(Object.values(clients).map((it) => plain(it.connInfo) ?? 'no info'));
    });
    // Where the connection ends before the answer, the error of the call depends on the moment.
    if (client.client.state !== 'connected') client.seen.pop();
    return client.end();
  },
  'a publication that is not JSON': async (format) => {
    const channel = fresh('raw');
    const reader = await new Watched(format, { token: good() }).ready();
    await reader.subscribe(channel).ready(WATCHED);
    const writer = await new Watched('protobuf', { token: good() }).ready();
    await writer.subscribe(channel).ready(WATCHED);
    reader.seen = [];
    await writer.client.publish(channel, new Uint8Array([0xff]));
    await later(1000);
    writer.end();
    return reader.end();
  },
};

/** What the client saw, of both formats where they differ. */
async function both(play) {
  const [json, protobuf] = await Promise.all(['json', 'protobuf'].map((format) => play(format)
    .catch((error) => `not played: ${error.message}`)));
  return json === protobuf ? json : `JSON: ${json}; Protobuf: ${protobuf}`;
}

// All at once: they mostly wait.
const told = await Promise.all(Object.entries(cases).map(async ([name, play]) => [name, await both(play)]));
console.log(JSON.stringify(Object.fromEntries(told), null, 2));
process.exit(0);
