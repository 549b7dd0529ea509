"""Reaches into the kernel: what it keeps, what it obeys, and what it runs. Part of escape.py."""

import ctypes
import os

from attack import attack, attempt, syscall, write


@attack
def io_uring():
    return [syscall(number, number, 1, 0, 0, 0) for number in (425, 426, 427)]


@attack
def kernel_programs():
    return [syscall(321, 280, 0, 0, 0, 0), syscall(298, 241, 0, 0, 0, 0, 0), syscall(323, 282, 0), syscall(317, 277, 1, 0, 0) == "allowed"]


@attack
def kernel_modules():
    return [
        syscall(175, 105, 0, 0, b""), syscall(313, 273, 0, b"", 0), syscall(176, 106, b"ext4", 0),
        syscall(246, 104, 0, 0, 0, 0), syscall(320, 294, 0, 0, 0, 0, 0), syscall(169, 142, 0xFEE1DEAD, 672274793, 0x1234567, 0),
    ]


@attack
def kernel_settings():
    """Accounting, swap, the clock, the host's name, quotas, the kernel's log."""
    return [
        syscall(163, 89, b"/workspace/acct"), syscall(167, 224, b"/workspace/x", 0), syscall(168, 225, b"/workspace/x"),
        syscall(164, 170, b"", 0), syscall(227, 112, 0, ctypes.create_string_buffer(16)), syscall(170, 161, b"owned", 5),
        syscall(171, 162, b"owned", 5), syscall(179, 60, 0, 0, 0, 0), syscall(103, 116, 3, ctypes.create_string_buffer(64), 64),
        syscall(159, 171, ctypes.create_string_buffer(b"\x01" + bytes(255))),
    ]


@attack
def keyrings():
    return [syscall(250, 219, 0, 0, 0, 0), syscall(248, 217, b"user", b"k", b"v", 1, -3), syscall(249, 218, b"user", b"k", 0, -3)]


def is_masked(path):
    """Whether nothing but /dev/null lies there, which an engine puts over files of the kernel that nobody may see."""
    return attempt(lambda: os.stat(path).st_rdev) == os.makedev(1, 3)


@attack
def kernel_files():
    paths = [
        "/proc/sys/kernel/core_pattern", "/proc/sys/kernel/modprobe", "/proc/sys/vm/overcommit_memory", "/proc/sysrq-trigger",
        "/proc/sys/kernel/hostname", "/proc/sys/fs/binfmt_misc/register", "/proc/sys/net/ipv4/ip_forward", "/proc/1/oom_score_adj",
        "/sys/kernel/uevent_helper", "/sys/kernel/mm/transparent_hugepage/enabled", "/sys/power/state", "/sys/class/rtc/rtc0/since_epoch",
        "/proc/irq/default_smp_affinity", "/proc/bus/pci/devices", "/proc/kcore", "/dev/mem", "/dev/kmsg", "/proc/1/attr/current",
    ]
    return [path for path in paths if not is_masked(path) and str(attempt(lambda: write(path))).startswith("wrote")]


@attack
def kernel_secrets():
    return [path for path in ("/proc/kcore", "/proc/kmsg", "/proc/timer_list", "/proc/sched_debug", "/sys/firmware/efi", "/proc/keys", "/sys/kernel/debug/sched", "/proc/scsi/scsi")
            if attempt(lambda: os.listdir(path) if os.path.isdir(path) else open(path, "rb").read(16)) not in ([], b"", "EACCES", "EPERM", "ENOENT", "EIO")]


@attack
def cgroups():
    """release_agent is a program that the host's root runs (CVE-2022-0492)."""
    written = []
    for root, folders, names in os.walk("/sys/fs/cgroup"):
        for name in names:
            if name in ("release_agent", "notify_on_release", "cgroup.procs", "tasks") or name.endswith((".max", "limit_in_bytes", "shares", "quota_us", "devices.allow")):
                if str(attempt(lambda: write(os.path.join(root, name), "1"))).startswith("wrote"):
                    written.append(os.path.join(root, name))
        if not isinstance(attempt(lambda: os.mkdir(os.path.join(root, "own"))), str):
            written.append(root)
    return written
