#!/usr/bin/env python3
"""A client of the original network, as other people wrote it: one Hello, a timer, Gets, no retransmission.

    client.py <ip>:<port> <ids> [options]               ids: 1,3,5-9

What it sends and takes (layouts: see wire.py):

    Hello      4+2n   to the contact, once
    ChunkInfo  4+2n   collected for --wait-s; the first peer that lists a wanted id is asked for it
    Get        4+2n   one id after the other, or (--order batch) all ids of a peer at once
    Response   6+s    bytes behind the size are cut off; with --report exactly 1128 bytes

The only line on stdout is one JSON object at the end. Exit code: 0 when every chunk came, 1 when some did
not, 2 for a wrong command line, 3 (and `DIED: <reason>` on stderr) when it died.
"""

import argparse
import json
import os
import re
import socket
import sys
import time
from typing import NamedTuple

sys.dont_write_bytecode = True
import wire  # noqa: E402
from wire import Address, Death, show  # noqa: E402


class Response(NamedTuple):
    peer: Address
    chunk_id: int | None        # None in the report's dialect: there the order tells
    chunk: bytes


def parse_ids(text: str) -> list[int]:
    """`1,3,5-9`: the ids in that order, each once."""
    ids: dict[int, None] = {}
    for part in text.split(","):
        match = re.fullmatch(r"\s*([0-9]+)\s*(?:-\s*([0-9]+)\s*)?", part)
        if not match:
            raise ValueError
        first = int(match[1])
        last = int(match[2]) if match[2] else first
        if not first <= last <= 65535:
            raise ValueError
        ids.update(dict.fromkeys(range(first, last + 1)))
    return list(ids)


def own_ip(contact: Address) -> str:
    """The client's address, learnt from a second socket connected to the contact."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(contact)
        return probe.getsockname()[0]


class Client:
    def __init__(self, options: argparse.Namespace):
        self.options = options
        self.wanted: list[int] = options.ids
        self.wanted_set = set(self.wanted)
        self.trace = wire.Trace(options.trace)
        ip = own_ip(options.contact)
        self.socket = wire.udp_socket((ip, 0))
        self.holders: dict[int, Address] = {}           # the first peer that listed it
        self.got: dict[int, Address] = {}               # in order of arrival
        self.chunk_infos = 0
        self.log = None
        if options.out is not None:
            os.makedirs(options.out, exist_ok=True)
            self.log = open(os.path.join(options.out, f"output-{ip}.log"), "w", encoding="ascii", newline="")

    def run(self) -> dict:
        started = time.monotonic()
        for at in range(0, len(self.wanted), wire.MAX_IDS):
            ids = self.wanted[at:at + wire.MAX_IDS]
            self.send(wire.write_list(wire.HELLO, ids), self.options.contact)
        self.collect(started + self.options.wait_s)
        if self.options.report:
            self.fetch_report()
        elif self.options.order == "batch":
            self.fetch_batch()
        else:
            self.fetch_sequential()
        missing = [chunk_id for chunk_id in self.wanted if chunk_id not in self.got]
        for chunk_id in missing:
            self.write_log(("0.0.0.0", 0), chunk_id)
        return {
            "got": list(self.got), "missing": missing,
            "from": {str(chunk_id): show(peer) for chunk_id, peer in self.got.items()},
            "chunkInfos": self.chunk_infos, "elapsedS": round(time.monotonic() - started, 3),
        }

    # ------------------------------------------------------------ the three ways to fetch

    def collect(self, deadline: float) -> None:
        while self.receive(deadline):
            pass

    def plan(self) -> dict[Address, list[int]]:
        """Who is asked for what, in the order of the wanted ids."""
        plan: dict[Address, list[int]] = {}
        for chunk_id in self.wanted:
            if chunk_id in self.holders:
                plan.setdefault(self.holders[chunk_id], []).append(chunk_id)
        return plan

    def fetch_sequential(self) -> None:
        """One id a Get; the next one when its Response is here or it is given up."""
        for chunk_id in self.wanted:
            holder = self.holders.get(chunk_id)
            if holder is None:
                continue
            self.send_get([chunk_id], holder)
            deadline = time.monotonic() + self.options.timeout_s
            while chunk_id not in self.got and (message := self.receive(deadline)):
                if isinstance(message, Response) and (message.peer, message.chunk_id) == (holder, chunk_id):
                    self.keep(chunk_id, message)

    def fetch_batch(self) -> None:
        """One Get with all ids of a peer, to every peer at once; received from all of them together.

        What a peer still owes is given up when it sent nothing that was asked for during the time-out.
        """
        owed = {peer: set(ids) for peer, ids in self.plan().items()}
        deadlines: dict[Address, float] = {}
        for peer, ids in self.plan().items():
            self.send_get(ids, peer)
            deadlines[peer] = time.monotonic() + self.options.timeout_s
        while deadlines:
            message = self.receive(min(deadlines.values()))
            if isinstance(message, Response) and message.chunk_id in owed.get(message.peer, ()):
                if message.peer in deadlines:
                    owed[message.peer].remove(message.chunk_id)
                    self.keep(message.chunk_id, message)
                    deadlines[message.peer] = time.monotonic() + self.options.timeout_s
            now = time.monotonic()
            deadlines = {peer: at for peer, at in deadlines.items() if owed[peer] and at > now}

    def fetch_report(self) -> None:
        """One Get per peer, one peer after the other; the Responses are taken in the order asked."""
        for peer, ids in self.plan().items():
            self.send_get(ids, peer)
            for chunk_id in ids:
                deadline = time.monotonic() + self.options.timeout_s
                while message := self.receive(deadline):
                    if isinstance(message, Response) and message.peer == peer:
                        self.keep(chunk_id, message)
                        break
                else:
                    break                               # silent: the rest of this Get is given up

    # ------------------------------------------------------------ datagrams

    def send(self, data: bytes, to: Address) -> None:
        self.socket.sendto(data, to)
        self.trace.add("out", to, data)

    def send_get(self, ids: list[int], to: Address) -> None:
        for at in range(0, len(ids), wire.MAX_IDS):
            self.send(wire.write_list(wire.GET, ids[at:at + wire.MAX_IDS]), to)

    def receive(self, deadline: float) -> Response | bool:
        """The next datagram: a Response, True for anything else, False when the time is up."""
        left = deadline - time.monotonic()
        if left <= 0:
            return False
        self.socket.settimeout(left)
        try:
            data, peer = self.socket.recvfrom(65535)
        except TimeoutError:
            return False
        self.trace.add("in", peer, data)
        kind = wire.u16(data, 0) if len(data) >= 2 else 0
        if kind == wire.CHUNK_INFO:
            self.on_chunk_info(data, peer)
        elif kind == wire.RESPONSE:
            return self.parse_response(data, peer) or True
        return True

    def on_chunk_info(self, data: bytes, peer: Address) -> None:
        """4+2n bytes; may be empty, may repeat, may list more than was wanted."""
        self.chunk_infos += 1
        ids, excess = wire.read_list(data)
        if excess != 0 and self.options.strict:
            what = f"{excess} trailing bytes" if excess > 0 else f"{-excess} bytes too few"
            raise Death(f"ChunkInfo with {what} from {show(peer)}")
        for chunk_id in ids:
            if chunk_id in self.wanted_set:
                self.holders.setdefault(chunk_id, peer)

    def parse_response(self, data: bytes, peer: Address) -> Response | None:
        """6+s bytes or more; with --report exactly 1128. Strict, it dies of any other."""
        if self.options.report:
            chunk = wire.read_report_response(data)
            if chunk is not None:
                return Response(peer, None, chunk)
            reason = f"Response of {len(data)} bytes that is not of the report's layout"
        else:
            chunk_id, chunk, excess = wire.read_response(data)
            if excess >= 0:
                return Response(peer, chunk_id, chunk)
            reason = f"Response with {-excess} bytes too few"
        if self.options.strict:
            raise Death(f"{reason} from {show(peer)}")
        return None

    # ------------------------------------------------------------ results

    def keep(self, chunk_id: int, response: Response) -> None:
        """Each chunk is logged and saved once, in order of arrival."""
        if chunk_id in self.got:
            return
        self.got[chunk_id] = response.peer
        self.write_log(response.peer, chunk_id)
        if self.options.out is not None:
            with open(os.path.join(self.options.out, f"chunk_{chunk_id}.m4s"), "wb") as file:
                file.write(response.chunk)

    def write_log(self, peer: Address, chunk_id: int) -> None:
        """`peerIP:peerPort - chunkID`."""
        if self.log:
            self.log.write("%s:%d - %d\n" % (*peer, chunk_id))
            self.log.flush()


def parse_options() -> argparse.Namespace:
    def seconds(text: str) -> float:
        if not 0 <= float(text) <= 3600:
            raise ValueError
        return float(text)

    parser = argparse.ArgumentParser(description="a client of the original network", allow_abbrev=False)
    add = parser.add_argument
    add("contact", type=wire.parse_address, metavar="ip:port")
    add("ids", type=parse_ids, help="comma list and a-b ranges")
    add("--wait-s", type=seconds, default=5.0, help="collect ChunkInfos for this long")
    add("--timeout-s", type=seconds, default=1.0, help="wait for a Response before the chunk is given up")
    add("--order", choices=("sequential", "batch"), default="sequential")
    add("--out", metavar="DIR", help="write the chunks and the log there")
    add("--report", action="store_true", help="the report's own dialect; implies one Get per peer")
    add("--strict", action="store_true", default=True, help="die of what the old programs die of (default)")
    add("--lenient", dest="strict", action="store_false", help="do not")
    add("--trace", metavar="FILE", help="append each datagram as a JSON line")
    options = parser.parse_intermixed_args()
    if options.report and max(options.ids) >= 10:
        parser.error("--report asks only for ids below 10")
    return options


def main() -> int:
    client = Client(parse_options())
    try:
        result = client.run()
    except Death as death:
        print(f"DIED: {death}", file=sys.stderr, flush=True)
        return 3
    print(json.dumps(result), flush=True)
    return 1 if result["missing"] else 0


if __name__ == "__main__":
    sys.exit(main())
