"""How long after a client has left its upstream sees it: clients, upstream and clock are this process, the proxies are others.

    python3 bench/gateway/disconnect.py --upstream 9400 direct=9400 nginx=9401 haproxy=9402 halffull=9403

Prints a Markdown table. Each figure is of --probes clients that leave one after the other while --streams others stay, which get a token every 20 ms.
"""

import argparse
import asyncio
import json
import random
import re
import time

GAP = 0.020
PATIENCE = 2.0  # seconds after which a client's leaving counts as not passed on
UNSEEN = 5  # so many of these, and no more are asked
EVENT = b'data: {"choices":[{"delta":{"content":"word"}}]}\n\n'
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
MODES = {
    "in the middle of a stream": {"stream": True, "silent": False},
    "streamed, before the first token": {"stream": True, "silent": True},
    "not streamed, before the answer": {"stream": False, "silent": True},
}


class Upstream(asyncio.Protocol):
    """A server that answers with an endless stream, or never; notes when the connection of a request ends."""

    gone = {}  # probe -> future with the time

    def connection_made(self, transport):
        self.transport, self.buffer, self.probe, self.ticker = transport, b"", None, None

    def data_received(self, data):
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = self.buffer[:end].decode("latin-1")
            length = re.search(r"(?i)content-length: *(\d+)", head)
            whole = end + 4 + (int(length[1]) if length else 0)
            if len(self.buffer) < whole:
                return
            body, self.buffer = self.buffer[end + 4:whole], self.buffer[whole:]
            self.answer(head, body)

    def answer(self, head, body):
        if head.startswith("GET"):
            page = b'{"object":"list","data":[{"id":"m","object":"model","owned_by":"vllm"}]}' if " /v1/models" in head else b""
            self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(page) + page)
            return
        asked = json.loads(body)
        self.probe = asked.get("user")
        if not asked["prompt"].startswith("silent"):
            self.transport.write(HEAD)
            self.tick()

    def tick(self):
        self.transport.write(b"%x\r\n" % len(EVENT) + EVENT + b"\r\n")
        self.ticker = asyncio.get_running_loop().call_later(GAP, self.tick)

    def connection_lost(self, error):
        if self.ticker:
            self.ticker.cancel()
        if (future := self.gone.get(self.probe)) and not future.done():
            future.set_result(time.perf_counter())


async def ask(port, stream, silent, probe):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    body = json.dumps({"model": "m", "prompt": "silent" if silent else "words", "stream": stream, "user": probe}).encode()
    writer.write(b"POST /v1/completions HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    if not silent:
        await reader.readuntil(EVENT)
    return reader, writer


async def stay(port):
    reader, writer = await ask(port, stream=True, silent=False, probe=None)
    try:
        while await reader.read(65536):
            pass
    finally:
        writer.close()


async def leave(port, mode, probe):
    """Milliseconds from a client's leaving to its upstream's connection ending; None when that takes too long."""
    future = Upstream.gone[probe] = asyncio.get_running_loop().create_future()
    _, writer = await ask(port, **mode, probe=probe)
    await asyncio.sleep(0.03 + 0.02 * random.random())
    left = time.perf_counter()
    writer.close()
    try:
        return 1000 * (await asyncio.wait_for(future, PATIENCE) - left)
    except asyncio.TimeoutError:
        return None
    finally:
        del Upstream.gone[probe]


async def main():
    options = argparse.ArgumentParser()
    options.add_argument("--upstream", type=int, required=True, help="port to listen on")
    options.add_argument("--probes", type=int, default=200)
    options.add_argument("--streams", type=int, default=100)
    options.add_argument("--wait", type=float, default=3, help="seconds until the proxies have found the upstream")
    options.add_argument("sides", nargs="+", metavar="NAME=PORT")
    options = options.parse_args()
    server = await asyncio.get_running_loop().create_server(Upstream, "127.0.0.1", options.upstream, backlog=4096)
    await asyncio.sleep(options.wait)
    print("| client leaves | side | median | p99 | most | within 50 ms |\n|---|---|---|---|---|---|")
    for title, mode in MODES.items():
        for side in options.sides:
            name, port = side.split("=")
            others = [asyncio.create_task(stay(int(port))) for _ in range(options.streams)]
            await asyncio.sleep(0.5)
            times = []
            while len(times) < options.probes and times.count(None) < UNSEEN:
                times.append(await leave(int(port), mode, f"{name}-{len(times)}"))
            for other in others:
                other.cancel()
            await asyncio.gather(*others, return_exceptions=True)
            seen = sorted(time for time in times if time is not None)
            figures = [f"{seen[int(share * (len(seen) - 1))]:.2f} ms" for share in (0.5, 0.99, 1)] if len(seen) == len(times) else [f"{len(times) - len(seen)} of {len(times)} not within {PATIENCE:.0f} s", "–", "–"]
            print("|", title, "|", name, "|", " | ".join(figures), "|", f"{100 * sum(time <= 50 for time in seen) / len(times):.1f}% |", flush=True)
    server.close()


asyncio.run(main())
