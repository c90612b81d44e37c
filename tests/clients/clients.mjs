// Both generations of the library `centrifuge` behind one interface, so that the same scenarios
// run with each. The libraries are unchanged.

import { createRequire } from 'node:module';
import WebSocket from 'ws';

const require = createRequire(import.meta.url);

/** JSON, whether it comes as such or as bytes of JSON. Bytes that are none stay bytes. */
export function plain(data) {
  if (!(data instanceof Uint8Array)) return data;
  if (data.length === 0) return undefined;
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(data));
  } catch {
    return [...data];
  }
}

const bytes = (data) => new TextEncoder().encode(JSON.stringify(data));

/** A log of events, and a way to wait for one. */
export class Events {
  constructor() {
    this.all = [];
    this.waiting = [];
  }

  add(name, detail) {
    this.all.push({ name, ...detail });
    this.waiting = this.waiting.filter((check) => !check());
  }

  /** The first event of this name, past or to come, that meets the condition. */
  until(name, condition = () => true, milliseconds = 20_000) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`no ${name} in ${JSON.stringify(this.all)}`));
      }, milliseconds);
      const check = () => {
        const found = this.all.find((event) => event.name === name && condition(event));
        if (found) {
          clearTimeout(timer);
          resolve(found);
        }
        return found !== undefined;
      };
      if (!check()) this.waiting.push(check);
    });
  }

  count(name) {
    return this.all.filter((event) => event.name === name).length;
  }
}

/** centrifuge 2.x */
class First {
  constructor(version, format, url, { token, getToken, getSubscriptionToken }) {
    const isProtobuf = format === 'protobuf';
    const file = isProtobuf ? '/dist/centrifuge.protobuf.js' : '';
    const library = require(`centrifuge-${version}${file}`);
    const Centrifuge = library.default ?? library;
    this.events = new Events();
    this.isProtobuf = isProtobuf;
    // 2.6 chooses the format only by the URL, 2.8 by the subprotocol.
    const byUrl = isProtobuf && version === '2.6';
    const options = {
      websocket: WebSocket,
      minRetry: 100,
      maxRetry: 500,
      onRefresh: (_, reply) => {
        this.events.add('refresh');
        if (getToken) getToken().then((token) => reply({ status: 200, data: { token } }));
      },
      onPrivateSubscribe: ({ data }, reply) => {
        const tokens = data.channels.map(async (channel) => ({
          channel,
          token: await getSubscriptionToken(channel, data.client),
        }));
        Promise.all(tokens).then((channels) => reply({ status: 200, data: { channels } }));
      },
    };
    if (isProtobuf && !byUrl) options.protocol = 'protobuf';
    this.client = new Centrifuge(byUrl ? `${url}?format=protobuf` : url, options);
    this.client.setToken(token);
    this.client.on('connect', (context) => this.events.add('connected', { client: context.client }));
    this.client.on('disconnect', ({ reason, reconnect }) => {
      this.events.add('disconnected', { reason, isFinal: !reconnect });
    });
    this.client.on('publish', ({ channel, data, info }) => {
      this.events.add('publication', { channel, data: plain(data), info: this.info(info) });
    });
    this.client.on('subscribe', ({ channel }) => this.events.add('subscribed', { channel }));
    this.client.connect();
  }

  subscribe(channel) {
    this.events.all = this.events.all.filter((event) => event.channel !== channel);
    const subscription = this.client.subscribe(channel, {
      publish: ({ data, info }) => {
        this.events.add('publication', { channel, data: plain(data), info: this.info(info) });
      },
      join: ({ info }) => this.events.add('join', { channel, info: this.info(info) }),
      leave: ({ info }) => this.events.add('leave', { channel, info: this.info(info) }),
      subscribe: () => this.events.add('subscribed', { channel }),
      unsubscribe: () => this.events.add('unsubscribed', { channel }),
      error: ({ code }) => this.events.add('refused', { channel, code }),
    });
    return {
      unsubscribe: () => subscription.unsubscribe(),
      presence: async () => {
        const { presence } = await subscription.presence();
        return Object.values(presence).map((info) => this.info(info));
      },
      stats: async () => {
        const { num_clients: clients, num_users: users } = await subscription.presenceStats();
        return { clients, users };
      },
    };
  }

  info(info) {
    return info && {
      user: info.user,
      client: info.client,
      connection: plain(info.conn_info),
      channel: plain(info.chan_info),
    };
  }

  publish(channel, data) {
    return this.client.publish(channel, this.isProtobuf ? bytes(data) : data);
  }

  publishBytes(channel, data) {
    return this.client.publish(channel, data);
  }

  close() {
    this.client.disconnect();
  }
}

/** centrifuge 5.x */
class Second {
  constructor(version, format, url, { token, getToken, getSubscriptionToken }) {
    const isProtobuf = format === 'protobuf';
    const { Centrifuge } = require(`centrifuge-${version}${isProtobuf ? '/build/protobuf' : ''}`);
    this.events = new Events();
    this.isProtobuf = isProtobuf;
    this.getSubscriptionToken = getSubscriptionToken;
    this.client = new Centrifuge(url, {
      websocket: WebSocket,
      token,
      minReconnectDelay: 100,
      maxReconnectDelay: 500,
      getToken: () => {
        this.events.add('refresh');
        return getToken ? getToken() : new Promise(() => {});
      },
    });
    this.client.on('connected', ({ client }) => this.events.add('connected', { client }));
    this.client.on('connecting', ({ code, reason }) => {
      if (code !== 0) this.events.add('disconnected', { code, reason, isFinal: false });
    });
    this.client.on('disconnected', ({ code, reason }) => {
      this.events.add('disconnected', { code, reason, isFinal: true });
    });
    this.client.on('subscribed', ({ channel }) => this.events.add('subscribed', { channel }));
    this.client.on('publication', ({ channel, data, info }) => {
      this.events.add('publication', { channel, data: plain(data), info: this.info(info) });
    });
    this.client.on('error', ({ error }) => this.events.add('error', { code: error.code }));
    this.client.connect();
  }

  subscribe(channel) {
    this.events.all = this.events.all.filter((event) => event.channel !== channel);
    const subscription = this.client.newSubscription(channel, {
      joinLeave: true,
      minResubscribeDelay: 100,
      maxResubscribeDelay: 500,
      ...(channel.startsWith('$') && {
        getToken: () => this.getSubscriptionToken(channel, this.client._client),
      }),
    });
    subscription.on('publication', ({ data, info }) => {
      this.events.add('publication', { channel, data: plain(data), info: this.info(info) });
    });
    subscription.on('join', ({ info }) => this.events.add('join', { channel, info: this.info(info) }));
    subscription.on('leave', ({ info }) => this.events.add('leave', { channel, info: this.info(info) }));
    subscription.on('subscribed', () => this.events.add('subscribed', { channel }));
    subscription.on('subscribing', ({ code }) => {
      if (code !== 0) this.events.add('unsubscribed', { channel, code });
    });
    subscription.on('unsubscribed', ({ code }) => this.events.add('refused', { channel, code }));
    subscription.subscribe();
    return {
      unsubscribe: () => subscription.unsubscribe(),
      presence: async () => {
        const { clients } = await subscription.presence();
        return Object.values(clients).map((info) => this.info(info));
      },
      stats: async () => {
        const { numClients: clients, numUsers: users } = await subscription.presenceStats();
        return { clients, users };
      },
    };
  }

  info(info) {
    return info && {
      user: info.user,
      client: info.client,
      connection: plain(info.connInfo),
      channel: plain(info.chanInfo),
    };
  }

  publish(channel, data) {
    return this.client.publish(channel, this.isProtobuf ? bytes(data) : data);
  }

  publishBytes(channel, data) {
    return this.client.publish(channel, data);
  }

  close() {
    this.client.disconnect();
  }
}

/** A client of this version and format, which connects at once. */
export function open(version, format, url, options) {
  const Client = version.startsWith('2') ? First : Second;
  return new Client(version, format, url, options);
}
