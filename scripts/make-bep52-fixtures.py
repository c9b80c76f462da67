#!/usr/bin/env python3
"""Makes test/fixtures/bep52.json: pieces roots and piece layers (BEP 52) of made-up files, by libtorrent 2.

Needs Debian's python3-libtorrent. The result is committed, so nobody needs to run this. Each file's bytes come from a
small generator that the tests have too: byte i is (i * 31 + (i >> 8) * 17 + (i >> 16) * 101 + size) mod 251.
"""

import json
import os
import sys
import tempfile

import libtorrent

LEAF = 16384
MIB = 1 << 20
SIZES = [1, 2, 63, 65, LEAF - 1, LEAF, LEAF + 1, 3 * LEAF, 5 * LEAF + 3, MIB - 1, MIB, MIB + 1, 2 * MIB, 2 * MIB + LEAF + 1,
         3 * MIB, 5 * MIB + 7, 8 * MIB, 9 * MIB - 1]


def content(size):
    return bytes((i * 31 + (i >> 8) * 17 + (i >> 16) * 101 + size) % 251 for i in range(size))


def torrent_of(folder, size):
    path = os.path.join(folder, "file")
    with open(path, "wb") as file:
        file.write(content(size))
    storage = libtorrent.file_storage()
    libtorrent.add_files(storage, path)
    torrent = libtorrent.create_torrent(storage, MIB, libtorrent.create_torrent_flags_t.v2_only)
    libtorrent.set_piece_hashes(torrent, folder)
    return torrent.generate()


def main():
    entries = []
    with tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            torrent = torrent_of(folder, size)
            root = torrent[b"info"][b"file tree"][b"file"][b""][b"pieces root"]
            layer = torrent.get(b"piece layers", {}).get(root, b"")
            entries.append({"bytes": size, "root": root.hex(), "layer": layer.hex()})
    out = os.path.join(os.path.dirname(__file__), "..", "test", "fixtures", "bep52.json")
    with open(out, "w") as file:
        json.dump({"madeBy": "libtorrent " + libtorrent.__version__, "files": entries}, file, indent=1)
        file.write("\n")
    print(f"{len(entries)} files", file=sys.stderr)


main()
