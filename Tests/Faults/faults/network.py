"""A network of the suite's own: loopback and nothing else, whose settings are nobody else's."""

import contextlib
import fcntl
import os
import shutil
import socket
import struct
import subprocess
import sys

MARK = "FAULTS_OWN_NETWORK"
IPV4 = "/proc/sys/net/ipv4"


def enter():
    """Runs the program again in a network namespace where that can be done; there, sets loopback up."""
    if os.environ.get(MARK):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            # SIOCSIFFLAGS: IFF_UP, IFF_LOOPBACK, IFF_RUNNING.
            fcntl.ioctl(sock, 0x8914, struct.pack("16sh14x", b"lo", 0x49))
        return
    if os.geteuid() != 0 or not shutil.which("unshare"):
        return
    if subprocess.run(["unshare", "-n", "true"], capture_output=True).returncode == 0:
        os.environ[MARK] = "1"
        os.execvp("unshare", ["unshare", "-n", sys.executable, *sys.argv])


@contextlib.contextmanager
def small_buffers(size):
    """Keeps the kernel's buffers of each new connection small, so that a standstill reaches the processes; says whether
    it could."""
    if not os.environ.get(MARK):
        yield False
        return
    before = {}
    for name in ("tcp_rmem", "tcp_wmem"):
        with open(f"{IPV4}/{name}") as file:
            before[name] = file.read()
        with open(f"{IPV4}/{name}", "w") as file:
            file.write(f"4096 {size // 2} {size}")
    try:
        yield True
    finally:
        for name, value in before.items():
            with open(f"{IPV4}/{name}", "w") as file:
                file.write(value)
