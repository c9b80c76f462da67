#!/usr/bin/env python3
"""A peer of the original network, as other people wrote it: no duplicate suppression, no retransmission.

    peer.py <ip>:<port> <key-values-file> [<ip>:<port> ...] [options]

What it does with what it receives (layouts: see wire.py):

    Hello  4+2n    ChunkInfo to the sender; a Query with the sender's address to every neighbour
    Query  12+2n   ChunkInfo to the client named in it; TTL-1, and if that is above zero, on to every
                   neighbour but the one it came from
    Get    4+2n    one Response per id held, in the order asked
    others         counted, ignored

By default it is strict: it dies (`DIED: <reason>` on stderr, exit code 3) of what the old programs die of.
SIGTERM or SIGINT makes it print its counters as one JSON line and exit with 0.
"""

import argparse
import json
import os
import random
import re
import select
import signal
import sys
from collections import Counter, defaultdict
from typing import NamedTuple

sys.dont_write_bytecode = True
import wire  # noqa: E402
from wire import Address, Death, Query, show  # noqa: E402

GARBAGE = b"\xa5"       # what trailing bytes are made of


class Chunk(NamedTuple):
    name: str           # the path as written in the key-values file
    data: bytes


class KeyValuesError(Exception):
    pass


def parse_key_values(file: str) -> dict[int, str]:
    """One chunk a line, `ID: path`: {id: path} in the order of the file.

    Accepted: a byte order mark, CRLF, blank lines, any space around the id and the path, quotes around the path.
    An id twice, an id outside 0...65535, a line without a colon: an error that names the file and the line.
    """
    with open(file, "rb") as stream:
        text = stream.read().decode("utf-8", "surrogateescape").removeprefix("\ufeff")
    paths: dict[int, str] = {}
    for number, line in enumerate(text.split("\n"), 1):
        line = line.strip()
        if not line:
            continue
        key, colon, path = (part.strip() for part in line.partition(":"))
        if len(path) >= 2 and path[0] == path[-1] and path[0] in "\"'":
            path = path[1:-1]
        if not colon:
            problem = "no colon"
        elif not re.fullmatch("[0-9]+", key) or int(key) > 65535:
            problem = f"{key!r} is not an id in 0...65535"
        elif int(key) in paths:
            problem = f"id {int(key)} twice"
        elif not path:
            problem = f"no path for id {int(key)}"
        else:
            paths[int(key)] = path
            continue
        raise KeyValuesError(f"{file}:{number}: {problem}")
    return paths


def load_chunks(file: str, limit: int) -> dict[int, Chunk]:
    """The chunks that can be served. One that is missing or above `limit` bytes is a warning."""
    chunks: dict[int, Chunk] = {}
    for chunk_id, path in parse_key_values(file).items():
        try:
            with open(path, "rb") as stream:
                data = stream.read(limit + 1)
        except OSError as error:
            print(f"warning: chunk {chunk_id} not advertised: {error.strerror}: {path!r}", file=sys.stderr)
            continue
        if len(data) > limit:
            print(f"warning: chunk {chunk_id} not advertised: above {limit} bytes: {path!r}", file=sys.stderr)
            continue
        chunks[chunk_id] = Chunk(path, data)
    return chunks


class Peer:
    def __init__(self, options: argparse.Namespace, chunks: dict[int, Chunk]):
        self.options = options
        self.chunks = chunks
        self.neighbours: list[Address] = options.neighbours
        self.trace = wire.Trace(options.trace)
        self.random = random.Random(options.seed)
        self.received: Counter[str] = Counter()
        self.sent: Counter[str] = Counter()
        self.dropped = self.send_errors = 0
        self.gets: defaultdict[str, Counter[int]] = defaultdict(Counter)
        self.advertised: defaultdict[Address, set[int]] = defaultdict(set)
        self.stopping = False
        self.socket = wire.udp_socket(options.address)
        self.socket.setblocking(False)
        self.address: Address = self.socket.getsockname()
        # A signal makes wake_end readable and keeps it so: every wait below ends at once.
        self.wake_end, write_end = os.pipe()
        os.set_blocking(write_end, False)
        signal.set_wakeup_fd(write_end)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.stop)

    def stop(self, *_) -> None:
        self.stopping = True

    def run(self) -> None:
        print(f"READY {show(self.address)}", flush=True)
        while not self.stopping:
            readable, _, _ = select.select([self.socket, self.wake_end], [], [])
            if self.socket not in readable or self.stopping:
                continue
            try:
                data, source = self.socket.recvfrom(65535)
            except OSError:
                continue
            if self.random.random() < self.options.drop:
                self.dropped += 1
                continue
            self.trace.add("in", source, data)
            self.handle(data, source)

    def report(self) -> str:
        def named(counter: Counter[str]) -> dict[str, int]:
            return {name: counter[name] for name in (*wire.NAMES.values(), "other")}
        return json.dumps({
            "address": show(self.address), "received": named(self.received), "sent": named(self.sent),
            "dropped": self.dropped, "sendErrors": self.send_errors,
            "gets": {client: dict(ids) for client, ids in self.gets.items()},
        })

    # ------------------------------------------------------------ receiving

    def handle(self, data: bytes, source: Address) -> None:
        kind = wire.u16(data, 0) if len(data) >= 2 else 0
        name = wire.NAMES.get(kind, "other")
        self.received[name] += 1
        if self.options.strict and len(data) > wire.BUFFER and kind != wire.RESPONSE:
            raise Death(f"{name} of {len(data)} bytes from {show(source)}, the buffer has {wire.BUFFER}")
        if kind == wire.QUERY:
            query = self.parse_query(data, source)
            if query is not None:
                self.on_query(query, source)
        elif kind in (wire.HELLO, wire.GET, wire.CHUNK_INFO):
            ids, excess = wire.read_list(data)
            if not self.length_is_good(name, excess, source):
                return
            if kind == wire.HELLO:
                self.on_hello(ids, source)
            elif kind == wire.GET:
                self.on_get(ids, source)

    def length_is_good(self, name: str, excess: int, source: Address) -> bool:
        """Strict: dies unless the length is exact. Lenient: bytes behind the list do no harm."""
        if self.options.strict and excess != 0:
            what = f"{excess} trailing bytes" if excess > 0 else f"{-excess} bytes too few"
            raise Death(f"{name} with {what} from {show(source)}")
        return excess >= 0

    def parse_query(self, data: bytes, source: Address) -> Query | None:
        """A Query in the dialect this peer speaks; strict, it dies of any other.

        canonical    12+2n  (with --query-tail its own 16+6n as well)
        --report     28+2n, the client's IP as text
        """
        if self.options.report:
            query, excess = wire.read_report_query(data)
            canonical, canonical_excess = wire.read_query(data)
            if query is None or (canonical is not None and canonical_excess == 0):
                if self.options.strict:
                    raise Death(f"Query that is not of the report's layout from {show(source)}")
                return None
        else:
            query, excess = wire.read_query(data)
            if not self.options.strict and wire.is_report_query(data):
                return None
            if self.options.query_tail and query is not None and len(data) == 16 + 6 * len(query.ids):
                excess = 0
        return query if self.length_is_good("Query", excess, source) else None

    # ------------------------------------------------------------ answering

    def on_hello(self, ids: list[int], client: Address) -> None:
        query = Query(client, self.options.ttl, ids)
        if self.options.forward_first:
            self.send_query(query, None)
            self.send_chunk_info(ids, client)
        else:
            self.send_chunk_info(ids, client)
            self.send_query(query, None)

    def on_query(self, query: Query, source: Address) -> None:
        if query.ttl == 0 and self.options.strict:
            raise Death(f"Query with TTL 0 from {show(source)}")
        self.send_chunk_info(query.ids, query.client)
        ttl = min(query.ttl, self.options.ttl) - 1
        if ttl > 0:
            self.send_query(query._replace(ttl=ttl), source)

    def on_get(self, ids: list[int], client: Address) -> None:
        self.gets[show(client)].update(ids)
        for chunk_id in ids:
            if self.options.strict and chunk_id not in self.advertised[client]:
                raise Death(f"Get for id {chunk_id}, never advertised to {show(client)}")
        for chunk_id in ids:
            if chunk_id in self.chunks:
                self.send_response(chunk_id, client)

    # ------------------------------------------------------------ sending

    def send(self, kind: int, data: bytes, to: Address) -> None:
        try:
            select.select([], [self.socket], [], 1)
            self.socket.sendto(data, to)
        except OSError as error:
            self.send_errors += 1
            print(f"warning: {wire.NAMES[kind]} to {show(to)}: {error}", file=sys.stderr)
            return
        self.sent[wire.NAMES[kind]] += 1
        self.trace.add("out", to, data)

    def send_chunk_info(self, wanted: list[int], client: Address) -> None:
        """4+2n bytes: the wanted ids held, or all ids held; nothing when that list is empty."""
        ids = list(self.chunks) if self.options.chunk_info == "all" else [i for i in wanted if i in self.chunks]
        if not ids and not self.options.empty_chunk_info:
            return
        self.advertised[client].update(ids)
        for _ in range(self.options.repeat):
            self.send(wire.CHUNK_INFO, wire.write_list(wire.CHUNK_INFO, ids), client)

    def send_query(self, query: Query, source: Address | None) -> None:
        """12+2n bytes, with --query-tail 16+6n, with --report 28+2n; to all neighbours but `source`."""
        if self.options.report:
            data = wire.write_report_query(query)
        else:
            data = wire.write_query(query)
            if self.options.query_tail:
                data = data.ljust(16 + 6 * len(query.ids), GARBAGE)
        for neighbour in self.neighbours:
            if neighbour != source:
                self.send(wire.QUERY, data, neighbour)

    def send_response(self, chunk_id: int, client: Address) -> None:
        """6+s bytes, with --pad at least 6+1024, with --tail N more; with --report 1128."""
        chunk = self.chunks[chunk_id]
        if self.options.report:
            data = wire.write_report_response(os.fsencode(chunk.name), chunk.data)
        else:
            data = wire.write_response(chunk_id, chunk.data)
            if self.options.pad:
                data = data.ljust(6 + 1024, b"\0")
            data += GARBAGE * self.options.tail
        for _ in range(self.options.repeat):
            if self.stopping:
                return
            self.send(wire.RESPONSE, data, client)
            if self.options.pause_ms:
                select.select([self.wake_end], [], [], self.options.pause_ms / 1000)


def parse_options() -> argparse.Namespace:
    def number(low: int, high: int):
        def integer(text: str) -> int:
            if not low <= int(text) <= high:
                raise ValueError
            return int(text)
        return integer

    def share(text: str) -> float:
        if not 0 <= float(text) <= 1:
            raise ValueError
        return float(text)

    parser = argparse.ArgumentParser(description="a peer of the original network", allow_abbrev=False)
    add = parser.add_argument
    add("address", type=wire.parse_address, metavar="ip:port")
    add("key_values", metavar="key-values-file")
    add("neighbours", type=wire.parse_address, metavar="ip:port", nargs="*")
    add("--chunk-info", choices=("wanted", "all"), default="wanted", help="what a ChunkInfo lists")
    add("--empty-chunk-info", action="store_true", help="send a ChunkInfo even when there is nothing to list")
    add("--repeat", type=number(1, 1000), default=1, help="send each ChunkInfo and Response so often")
    add("--tail", type=number(0, 65000), default=0, help="garbage bytes after the chunk in a Response")
    add("--pad", action="store_true", help="zero-pad the payload area of a Response to 1024 bytes")
    add("--query-tail", action="store_true", help="trailing bytes behind a Query: 16+6n")
    add("--pause-ms", type=number(0, 60000), default=0, help="sleep after each Response")
    add("--forward-first", action="store_true", help="answer a Hello only after forwarding it")
    add("--strict", action="store_true", default=True, help="die of what the old programs die of (default)")
    add("--lenient", dest="strict", action="store_false", help="do not")
    add("--report", action="store_true", help="the report's own dialect")
    add("--ttl", type=number(1, 65535), default=3, help="TTL of an own Query, and the limit on arrival")
    add("--drop", type=share, default=0.0, help="share of received datagrams to drop")
    add("--seed", type=int, default=1, help="for --drop")
    add("--trace", metavar="FILE", help="append each datagram as a JSON line")
    options = parser.parse_intermixed_args()
    if options.report:
        if options.tail or options.query_tail:
            parser.error("--tail and --query-tail do not go with --report: its lengths are fixed")
        options.chunk_info = "all"
    return options


def main() -> int:
    options = parse_options()
    try:
        chunks = load_chunks(options.key_values, wire.REPORT_CHUNK if options.report else wire.MAX_CHUNK)
        peer = Peer(options, chunks)
    except (KeyValuesError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    try:
        peer.run()
    except Death as death:
        print(f"DIED: {death}", file=sys.stderr, flush=True)
        return 3
    print(peer.report(), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
