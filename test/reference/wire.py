"""The wire format: what both programs share, and nothing else.

UDP over IPv4, one message per datagram, every integer unsigned, 16 bit, network byte order.

    message    type  layout (offset:width)                                                         bytes
    Hello      1     0:2 type, 2:2 count n, 4:2n chunk ids                                         4+2n
    Query      2     0:2 type, 2:4 client IPv4, 6:2 client port, 8:2 TTL, 10:2 count n, 12:2n ids  12+2n
    ChunkInfo  3     0:2 type, 2:2 count n, 4:2n ids                                               4+2n
    Get        4     0:2 type, 2:2 count n, 4:2n ids                                               4+2n
    Response   5     0:2 type, 2:2 chunk id, 4:2 size s, 6:s chunk                                 6+s

The report's own dialect reads two of them differently:

    Query      2     0:2 type, 2:20 client IP as ASCII text, NUL padded, 22:2 port, 24:2 TTL,
                     26:2 count n, 28:2n ids                                                       28+2n
    Response   5     0:2 type, 2:100 file name, NUL padded, 102:2 size, 104:1024 chunk, NUL padded 1128

The read_* functions never judge: they return what they found together with `excess`, the number of
bytes more (or, negative, fewer) than the layout says. Whether one dies of that is the caller's business.
"""

import ipaddress
import json
import socket
import struct
import time
from typing import NamedTuple

HELLO, QUERY, CHUNK_INFO, GET, RESPONSE = 1, 2, 3, 4, 5
NAMES = {HELLO: "Hello", QUERY: "Query", CHUNK_INFO: "ChunkInfo", GET: "Get", RESPONSE: "Response"}

BUFFER = 1024               # the receive buffer of most of the old programs
MAX_IDS = 500               # ids in one Hello or Get that keep every message within BUFFER
MAX_CHUNK = 65000           # the largest chunk that goes into one canonical Response
REPORT_CHUNK = 1024         # the payload area of the report's Response
REPORT_RESPONSE = 1128      # its only length

Address = tuple[str, int]


class Death(Exception):
    """What a strict program does when it meets something it was not written for."""


class Query(NamedTuple):
    client: Address
    ttl: int
    ids: list[int]


# ---------------------------------------------------------------- lists: Hello, ChunkInfo, Get

def u16(data: bytes, at: int) -> int:
    return struct.unpack_from("!H", data, at)[0]


def write_list(kind: int, ids: list[int]) -> bytes:
    """0:2 type, 2:2 count n, 4:2n ids."""
    return struct.pack(f"!HH{len(ids)}H", kind, len(ids), *ids)


def read_list(data: bytes, at: int = 2) -> tuple[list[int], int]:
    """The list whose count is at `at` and whose ids follow it: (ids, excess).

    The ids are empty when the datagram is too short to hold what it announces.
    """
    if len(data) < at + 2:
        return [], len(data) - (at + 2)
    count = u16(data, at)
    excess = len(data) - (at + 2 + 2 * count)
    return ([] if excess < 0 else list(struct.unpack_from(f"!{count}H", data, at + 2))), excess


# ---------------------------------------------------------------- Query

def write_query(query: Query) -> bytes:
    """0:2 type, 2:4 client IPv4, 6:2 client port, 8:2 TTL, 10:2 count n, 12:2n ids."""
    ip, port = query.client
    return (struct.pack("!H4sHHH", QUERY, socket.inet_aton(ip), port, query.ttl, len(query.ids))
            + struct.pack(f"!{len(query.ids)}H", *query.ids))


def read_query(data: bytes) -> tuple[Query | None, int]:
    """A canonical Query: (query, excess); no query when it is too short."""
    ids, excess = read_list(data, 10)
    if excess < 0:
        return None, excess
    return Query((socket.inet_ntoa(data[2:6]), u16(data, 6)), u16(data, 8), ids), excess


def write_report_query(query: Query) -> bytes:
    """0:2 type, 2:20 client IP as text, NUL padded, 22:2 port, 24:2 TTL, 26:2 count n, 28:2n ids."""
    ip, port = query.client
    return (struct.pack("!H20sHHH", QUERY, ip.encode("ascii"), port, query.ttl, len(query.ids))
            + struct.pack(f"!{len(query.ids)}H", *query.ids))


def read_report_query(data: bytes) -> tuple[Query | None, int]:
    """The report's Query: (query, excess); no query when it is too short or the address is no text."""
    ids, excess = read_list(data, 26)
    text, _, padding = data[2:22].partition(b"\0")
    if excess < 0 or padding.strip(b"\0"):
        return None, excess
    try:
        ip = str(ipaddress.IPv4Address(text.decode("ascii")))
    except ValueError:                                  # UnicodeDecodeError is one, too
        return None, excess
    return Query((ip, u16(data, 22)), u16(data, 24), ids), excess


def is_report_query(data: bytes) -> bool:
    """Exactly the report's length and form, and not exactly the canonical length."""
    canonical, excess = read_query(data)
    if canonical is not None and excess == 0:
        return False
    query, excess = read_report_query(data)
    return query is not None and excess == 0


# ---------------------------------------------------------------- Response

def write_response(chunk_id: int, chunk: bytes) -> bytes:
    """0:2 type, 2:2 chunk id, 4:2 size s, 6:s chunk."""
    return struct.pack("!HHH", RESPONSE, chunk_id, len(chunk)) + chunk


def read_response(data: bytes) -> tuple[int, bytes, int]:
    """A canonical Response: (chunk id, chunk cut at its size, excess)."""
    if len(data) < 6:
        return -1, b"", len(data) - 6
    size = u16(data, 4)
    return u16(data, 2), data[6:6 + size], len(data) - (6 + size)


def write_report_response(name: bytes, chunk: bytes) -> bytes:
    """0:2 type, 2:100 file name, NUL padded, 102:2 size, 104:1024 chunk, NUL padded."""
    return struct.pack("!H100sH1024s", RESPONSE, name, len(chunk), chunk)


def read_report_response(data: bytes) -> bytes | None:
    """The chunk in a Response of the report's, or None when it is not one."""
    if len(data) != REPORT_RESPONSE or u16(data, 102) > REPORT_CHUNK:
        return None
    return data[104:104 + u16(data, 102)]


# ---------------------------------------------------------------- addresses, trace

def parse_address(text: str) -> Address:
    """`<ip>:<port>`, in the very form in which the socket reports it."""
    ip, colon, port = text.strip().rpartition(":")
    if not colon or not (port.isascii() and port.isdigit()) or int(port) > 65535:
        raise ValueError(f"{text!r} is not <ip>:<port>")
    return str(ipaddress.IPv4Address(ip)), int(port)


def show(address: Address) -> str:
    return f"{address[0]}:{address[1]}"


def udp_socket(bind_to: Address) -> socket.socket:
    """A bound UDP socket with as much receive buffer as the system gives."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    sock.bind(bind_to)
    return sock


class Trace:
    """Appends each datagram as a JSON line: t (seconds since the epoch), dir, peer, hex."""

    def __init__(self, path: str | None):
        self.file = open(path, "a", encoding="ascii") if path else None

    def add(self, direction: str, peer: Address, data: bytes) -> None:
        if self.file:
            line = {"t": round(time.time(), 6), "dir": direction, "peer": show(peer), "hex": data.hex()}
            self.file.write(json.dumps(line) + "\n")
            self.file.flush()
