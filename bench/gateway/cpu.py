"""CPU seconds, or with --memory the peak resident MB, of a process and its children; 0 for process 0."""

import os
import sys


def processes(root):
    """The process and all its descendants that live."""
    parents = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", encoding="utf-8") as file:
                    parents[int(name)] = int(file.read().rsplit(")", 1)[1].split()[1])
            except (FileNotFoundError, ProcessLookupError):
                pass
    found = {root}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def cpu_seconds(process):
    with open(f"/proc/{process}/stat", encoding="utf-8") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_megabytes(process):
    with open(f"/proc/{process}/status", encoding="utf-8") as file:
        return next(int(line.split()[1]) / 1e3 * 1.024 for line in file if line.startswith("VmHWM:"))


def main(arguments):
    root = int(arguments[-1])
    measure = peak_megabytes if arguments[0] == "--memory" else cpu_seconds
    print(f"{sum(map(measure, processes(root))) if root else 0:.2f}")


main(sys.argv[1:])
