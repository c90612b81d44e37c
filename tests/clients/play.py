"""Plays the scenarios with centrifuge-python, in JSON or in Protobuf:

    python3 play.py FORMAT URL JWKS_URL BACKEND
"""

import asyncio
import json
import sys
import time
import urllib.parse
import urllib.request

from centrifuge import (
    Client,
    ClientEventHandler,
    SubscriptionEventHandler,
)

format, url, jwks_url, backend = sys.argv[1:]
is_protobuf = format == "protobuf"


def get(path):
    with urllib.request.urlopen(backend + path) as answer:
        return answer.read().decode()


async def token(key="good", **claims):
    query = urllib.parse.urlencode({"claims": json.dumps(claims), "key": key})
    return await asyncio.to_thread(get, "/token?" + query)


def plain(data):
    return json.loads(data) if isinstance(data, bytes) and data else data


class Events(ClientEventHandler, SubscriptionEventHandler):
    def __init__(self):
        self.all = []

    def add(self, name, **detail):
        self.all.append({"name": name, **detail})

    async def until(self, name, seconds=20):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for event in self.all:
                if event["name"] == name:
                    return event
            await asyncio.sleep(0.02)
        raise AssertionError(f"no {name} in {self.all}")

    def count(self, name):
        return sum(event["name"] == name for event in self.all)

    async def on_connected(self, context):
        self.add("connected", client=context.client)

    async def on_connecting(self, context):
        if context.code != 0:
            self.add("lost", code=context.code)

    async def on_disconnected(self, context):
        self.add("disconnected", code=context.code, reason=context.reason)

    async def on_subscribed(self, context):
        self.add("subscribed", channel=getattr(context, "channel", None))

    async def on_subscribing(self, context):
        if context.code != 0:
            self.add("unsubscribed", code=context.code)

    async def on_unsubscribed(self, context):
        self.add("refused", code=context.code)

    async def on_publication(self, context):
        self.add("publication", data=plain(context.pub.data), info=context.pub.info)

    async def on_join(self, context):
        self.add("join", info=context.info)

    async def on_leave(self, context):
        self.add("leave", info=context.info)


async def start(get_token=None, server=None, **claims):
    key = claims.pop("key", "good")
    events = Events()
    client = Client(
        server or url,
        events=events,
        token=await token(key, **claims),
        get_token=get_token,
        use_protobuf=is_protobuf,
        min_reconnect_delay=0.1,
        max_reconnect_delay=0.5,
        proxy=None,
    )
    await client.connect()
    return client, events


async def connects():
    client, events = await start(sub="42")
    await events.until("connected")
    await client.disconnect()


async def gives_up_with_a_token_under_another_key():
    _, events = await start(sub="42", key="other")
    event = await events.until("disconnected")
    assert event["code"] == 3500, event


async def refreshes_and_stays_connected():
    async def renewed(*_):
        return await token(sub="42", exp=int(time.time()) + 3600)

    client, events = await start(get_token=renewed, sub="42", exp=int(time.time()) + 4)
    await events.until("connected")
    # The first token ends within four seconds, and the server closes one second later.
    await asyncio.sleep(6.5)
    assert events.count("lost") == 0, events.all
    await client.disconnect()


async def loses_a_connection_that_it_does_not_refresh():
    async def never(*_):
        await asyncio.sleep(3600)

    client, events = await start(get_token=never, sub="42", exp=int(time.time()) + 3)
    event = await events.until("lost")
    assert event["code"] == 3005, event
    await client.disconnect()


async def enters_a_private_channel_and_shows_its_info():
    client, events = await start(sub="42", info={"name": "Ann"})
    await events.until("connected")

    async def for_room(*_):
        return await token(sub="42", channel="$room", info={"role": "host"})

    heard = Events()
    subscription = client.new_subscription("$room", events=heard, get_token=for_room)
    await subscription.subscribe()
    await heard.until("subscribed")
    data = b'{"text":"hello"}' if is_protobuf else {"text": "hello"}
    await subscription.publish(data=data)
    event = await heard.until("publication")
    assert event["data"] == {"text": "hello"}, event
    info = event["info"]
    assert info.user == "42" and plain(info.conn_info) == {"name": "Ann"}, info
    assert plain(info.chan_info) == {"role": "host"}, info
    presence = await subscription.presence()
    shown = list(presence.clients.values())
    assert [plain(one.chan_info) for one in shown] == [{"role": "host"}], shown
    await client.disconnect()


async def is_subscribed_by_the_server():
    client, events = await start(sub="42", channels=["news"])
    event = await events.until("subscribed")
    assert event["channel"] == "news", event
    await client.disconnect()


async def comes_back_when_the_keys_are_available_again():
    await asyncio.to_thread(get, "/off")
    client, events = await start(server=jwks_url, sub="42")
    await asyncio.sleep(3)
    assert events.count("connected") == 0 and events.count("disconnected") == 0, events.all
    await asyncio.to_thread(get, "/on")
    await events.until("connected", 60)
    await client.disconnect()


async def main():
    for play in (
        connects,
        gives_up_with_a_token_under_another_key,
        refreshes_and_stays_connected,
        loses_a_connection_that_it_does_not_refresh,
        enters_a_private_channel_and_shows_its_info,
        is_subscribed_by_the_server,
        comes_back_when_the_keys_are_available_again,
    ):
        await play()
        print(f"python {format}: {play.__name__.replace('_', ' ')}", flush=True)


asyncio.run(main())
