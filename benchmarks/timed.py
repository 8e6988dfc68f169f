"""Runs a command and prints, as JSON, the seconds until its first line and its peak memory in megabytes.

A process of its own and a small one: at its start a command takes over the peak memory of the process that starts it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time


def main() -> None:
    began = time.perf_counter()
    with subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        seconds = time.perf_counter() - began
        process.stdout.read()
        said = process.stderr.read().decode() if process.stderr else ""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode or not line.strip():
        sys.exit(f"{sys.argv[2:4]} failed with {process.returncode}: {said}")
    sys.stdout.write(json.dumps([seconds, usage.ru_maxrss / 1024]))


if __name__ == "__main__":
    main()
