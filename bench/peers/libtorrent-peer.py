"""libtorrent as the other side of `npm run bench:network` and `bench:all`: a seeder and a leecher, one process each.

  libtorrent-peer.py version
  libtorrent-peer.py make  FILE TORRENT v1|v2              pieces of 1 MiB
  libtorrent-peer.py seed  TORRENT FOLDER ADDRESS:PORT     prints "ready"; ends, with its usage, when its input ends
  libtorrent-peer.py fetch TORRENT FOLDER ADDRESS:PORT...  waits for a line, fetches, prints "done MS" when all is written,
                                                           one JSON object when it is synced; ends when its input ends
  libtorrent-peer.py near  TORRENT FOLDER ADDRESS:PORT...  wants nothing of it, stays connected; prints "connected"
  libtorrent-peer.py up    ADDRESS:PORT                    shares nothing; prints "ready" when it listens

Plaintext over TCP, on loopback alone. No DHT, local discovery, UPnP, NAT-PMP, tracker, uTP, or rate limit.
"""

import json
import os
import resource
import sys
import time

try:
    import libtorrent as lt
except ImportError:
    sys.exit("libtorrent for Python is not installed (Debian: python3-libtorrent)")

# What differs from libtorrent's own settings: what keeps it on loopback, and what gives it throughput. Each of the
# second kind was tried alone and together: none was faster than libtorrent's own values beyond the noise.
QUIET = {
    "enable_dht": False,
    "enable_lsd": False,
    "enable_upnp": False,
    "enable_natpmp": False,
    "enable_incoming_utp": False,
    "enable_outgoing_utp": False,
    "in_enc_policy": 2,  # pe_disabled
    "out_enc_policy": 2,
    "allow_multiple_connections_per_ip": True,
    "alert_queue_size": 100_000,
}
FAST = {
    "max_queued_disk_bytes": 64 * 1024 * 1024,
    "send_buffer_watermark": 16 * 1024 * 1024,
    "send_buffer_watermark_factor": 150,
    "send_buffer_low_watermark": 1024 * 1024,
    "max_out_request_queue": 4096,
    "max_allowed_in_request_queue": 8192,
    "hashing_threads": 2,
    "aio_threads": 4,
    "unchoke_slots_limit": -1,
}


def session(listen):
    settings = {**QUIET, **FAST, "listen_interfaces": listen}
    settings["alert_mask"] = lt.alert.category_t.status_notification | lt.alert.category_t.error_notification
    settings.update(json.loads(os.environ.get("LIBTORRENT_SETTINGS", "{}")))
    return lt.session(settings)


def add(ses, torrent, folder, seeding):
    params = lt.add_torrent_params()
    params.ti = lt.torrent_info(torrent)
    params.save_path = folder
    flags = lt.torrent_flags
    params.flags &= ~(flags.auto_managed | flags.paused)
    params.flags |= flags.disable_dht | flags.disable_lsd | flags.disable_pex
    if seeding:
        params.flags |= flags.seed_mode
    return ses.add_torrent(params)


def usage():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {"cpuS": used.ru_utime + used.ru_stime, "maxRssMiB": used.ru_maxrss / 1024}


def wait_for(ses, handle, wanted):
    """Waits for an alert of one torrent; an error of it or of a listening socket ends the program."""
    while True:
        ses.wait_for_alert(1000)
        for alert in ses.pop_alerts():
            name = type(alert).__name__
            if name in ("torrent_error_alert", "file_error_alert", "listen_failed_alert"):
                sys.exit(f"{name}: {alert.message()}")
            if name == wanted:
                return
        if not handle.is_valid():
            sys.exit("the torrent is gone")


def make(path, torrent, version):
    storage = lt.file_storage()
    lt.add_files(storage, path)
    flags = lt.create_torrent.v1_only if version == "v1" else lt.create_torrent.v2_only
    creator = lt.create_torrent(storage, 1024 * 1024, flags)
    lt.set_piece_hashes(creator, os.path.dirname(path))
    with open(torrent, "wb") as out:
        out.write(lt.bencode(creator.generate()))


def seed(torrent, folder, listen):
    ses = session(listen)
    handle = add(ses, torrent, folder, seeding=True)
    while not handle.status().is_seeding:
        time.sleep(0.01)
    print("ready", flush=True)
    sys.stdin.read()
    print(json.dumps(usage()), flush=True)
    os._exit(0)


def fetch(torrent, folder, peers):
    ses = session("127.0.0.1:0")
    handle = add(ses, torrent, folder, seeding=False)
    wait_for(ses, handle, "torrent_checked_alert")
    print("ready", flush=True)
    sys.stdin.readline()
    before = usage()
    started = time.monotonic()
    for peer in peers:
        address, port = peer.rsplit(":", 1)
        handle.connect_peer((address, int(port)))
    wait_for(ses, handle, "torrent_finished_alert")
    ms = (time.monotonic() - started) * 1000
    print(f"done {ms}", flush=True)
    after = usage()
    # The machine's own sync, once libtorrent has let go of what it keeps.
    handle.flush_cache()
    wait_for(ses, handle, "cache_flushed_alert")
    files = handle.torrent_file().files()
    for index in range(files.num_files()):
        fd = os.open(os.path.join(folder, files.file_path(index)), os.O_RDWR)
        os.fsync(fd)
        os.close(fd)
    synced_ms = (time.monotonic() - started) * 1000
    cpu = after["cpuS"] - before["cpuS"]
    report = {"ms": ms, "syncedMs": synced_ms, "cpuS": cpu, "maxRssMiB": after["maxRssMiB"]}
    print(json.dumps(report), flush=True)
    sys.stdin.read()
    os._exit(0)


def near(torrent, folder, peers):
    ses = session("127.0.0.1:0")
    handle = add(ses, torrent, folder, seeding=False)
    handle.prioritize_files([0] * handle.torrent_file().num_files())
    wait_for(ses, handle, "torrent_checked_alert")
    for peer in peers:
        address, port = peer.rsplit(":", 1)
        handle.connect_peer((address, int(port)))
    while handle.status().num_peers < len(peers):
        time.sleep(0.01)
    print("connected", flush=True)
    sys.stdin.read()
    os._exit(0)


def up(listen):
    ses = session(listen)
    while not ses.is_listening():
        time.sleep(0.001)
    print("ready", flush=True)
    sys.stdin.read()
    os._exit(0)


def main(args):
    if args == ["version"]:
        print(lt.__version__)
    elif len(args) == 4 and args[0] == "make" and args[3] in ("v1", "v2"):
        make(os.path.abspath(args[1]), args[2], args[3])
    elif len(args) == 4 and args[0] == "seed":
        seed(args[1], args[2], args[3])
    elif len(args) >= 4 and args[0] == "fetch":
        fetch(args[1], args[2], args[3:])
    elif len(args) >= 4 and args[0] == "near":
        near(args[1], args[2], args[3:])
    elif len(args) == 2 and args[0] == "up":
        up(args[1])
    else:
        sys.exit(__doc__)


main(sys.argv[1:])
