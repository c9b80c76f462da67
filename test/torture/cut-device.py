"""A small ext4 whose power can be cut: what Node has no call for.

Usage: cut-device.py FOLDER MEBIBYTES, inside a mount namespace of its own (unshare --mount). Makes FOLDER/image behind
a loop device, says "ready DEVICE", and then does what is written to FOLDER/commands, one a line, and answers "done" or
"failed WHY" in FOLDER/answers. (Named pipes: Node can wait for those without going on with anything else.)

  mount    mounts the device at FOLDER/disk; ext4 replays its journal, as a machine does after a power cut
  cut      stops the file system at once; nothing that waits in memory, ext4's journal included, comes to the device
  unmount  fails while somebody has a file open there

While it is unmounted nobody has the loop device open: only so does the system forget every block of it. (With the
device open, ext4 was seen to find bitmaps from before the cut in memory.) While it is mounted, the loop device goes
with the last who has it open, and the mount with its namespace: both with this process, however it ends. When nobody
has FOLDER/commands open any more, all of it goes, and FOLDER too.
"""

import ctypes
import fcntl
import os
import shutil
import signal
import stat
import struct
import sys

LOOP_CTL_GET_FREE = 0x4C82
LOOP_CONFIGURE = 0x4C0A
LOOP_CLR_FD = 0x4C01
LOOP_SET_STATUS64 = 0x4C04
LOOP_GET_STATUS64 = 0x4C05
LO_FLAGS_OFFSET = 52
LO_FLAGS_AUTOCLEAR = 4
EXT4_IOC_SHUTDOWN = 0x8004587D
EXT4_GOING_FLAGS_NOLOGFLUSH = 2
MNT_DETACH = 2
EBUSY = 16

libc = ctypes.CDLL(None, use_errno=True)


def check(result, what):
    if result != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{what}: {os.strerror(error)}")


def attach(image):
    """Puts the image behind a free loop device. Somebody else may take it between the question and the use."""
    config = struct.pack("=II5Q4I64s64s32s2Q8Q", image, 0, *[0] * 9, b"", b"", b"", *[0] * 10)
    control = os.open("/dev/loop-control", os.O_RDWR)
    for _ in range(100):
        number = fcntl.ioctl(control, LOOP_CTL_GET_FREE)
        path = f"/dev/loop{number}"
        # A container's /dev has only the devices that were there when it was made.
        if not os.path.exists(path):
            os.mknod(path, 0o600 | stat.S_IFBLK, os.makedev(7, number))
        device = os.open(path, os.O_RDWR)
        try:
            fcntl.ioctl(device, LOOP_CONFIGURE, config)
            return path
        except OSError as error:
            if error.errno != EBUSY:
                raise
        finally:
            os.close(device)
    raise OSError(EBUSY, "no loop device is free")


def goes_when_closed(device, does):
    """Whether the loop device is taken away when the last who has it open closes it."""
    opened = os.open(device, os.O_RDWR)
    status = bytearray(232)
    fcntl.ioctl(opened, LOOP_GET_STATUS64, status)
    (flags,) = struct.unpack_from("=I", status, LO_FLAGS_OFFSET)
    flags = flags | LO_FLAGS_AUTOCLEAR if does else flags & ~LO_FLAGS_AUTOCLEAR
    struct.pack_into("=I", status, LO_FLAGS_OFFSET, flags)
    fcntl.ioctl(opened, LOOP_SET_STATUS64, status)
    os.close(opened)


def mount(device, disk):
    check(libc.mount(device.encode(), disk.encode(), b"ext4", 0, None), f"mount {device}")
    goes_when_closed(device, True)


def cut(disk):
    folder = os.open(disk, os.O_RDONLY)
    fcntl.ioctl(folder, EXT4_IOC_SHUTDOWN, struct.pack("I", EXT4_GOING_FLAGS_NOLOGFLUSH))
    os.close(folder)


def unmount(device, disk):
    goes_when_closed(device, False)
    try:
        check(libc.umount2(disk.encode(), 0), "unmount")
    except OSError:
        goes_when_closed(device, True)
        raise


def end(device, folder, disk):
    if libc.umount2(disk.encode(), MNT_DETACH) != 0:
        opened = os.open(device, os.O_RDWR)
        fcntl.ioctl(opened, LOOP_CLR_FD)
        os.close(opened)
    shutil.rmtree(folder, ignore_errors=True)


def main():
    # Ctrl-C goes to all of a terminal's processes: this one goes when its parent has.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    folder, mebibytes = sys.argv[1], int(sys.argv[2])
    disk = os.path.join(folder, "disk")
    os.makedirs(disk)
    image = os.open(os.path.join(folder, "image"), os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    os.ftruncate(image, mebibytes << 20)
    device = attach(image)
    for name in ("commands", "answers"):
        os.mkfifo(os.path.join(folder, name))
    print(f"ready {device}", flush=True)
    actions = {"mount": lambda: mount(device, disk), "cut": lambda: cut(disk), "unmount": lambda: unmount(device, disk)}
    with open(os.path.join(folder, "commands")) as commands, open(os.path.join(folder, "answers"), "w") as answers:
        for line in commands:
            try:
                actions[line.strip()]()
                print("done", file=answers, flush=True)
            except OSError as error:
                print(f"failed {error}", file=answers, flush=True)
    end(device, folder, disk)


main()
