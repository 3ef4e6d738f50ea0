"""Turns what run.sh measured into a Markdown table."""

import csv
import json
import os
import re
import sys


def load(folder, name):
    with open(os.path.join(folder, name + ".json"), encoding="utf-8") as file:
        return json.load(file)["runs"][0]


def stamp_errors(folder):
    """Errors of TTFT and of the mean gap of each stream, in ms: streams are matched by their order on the two clocks."""
    with open(os.path.join(folder, "stamps.csv"), encoding="utf-8") as file:
        server = sorted([float(field) for field in line.split(",")] for line in file)
    with open(os.path.join(folder, "records.csv"), encoding="utf-8") as file:
        client = sorted(csv.DictReader(file), key=lambda row: float(row["sent_s"]))
    probes = len(server) - len(client)
    if probes not in (1, 2):  # the probe's short answers come before all others
        raise SystemExit(f"The server noted {len(server)} streams, the client {len(client)}.")
    server = server[probes:]
    first, gap = [], []
    for ours, theirs in zip(client, server):
        sent, token, last = (float(ours[name]) * 1e3 for name in ("sent_s", "first_token_s", "finish_s"))
        arrived, *tokens = (stamp / 1e3 for stamp in theirs)
        first.append((token - sent) - (tokens[0] - arrived))
        gap.append(((last - token) - (tokens[-1] - tokens[0])) / (len(tokens) - 1))
    return sorted(map(abs, first)), sorted(map(abs, gap))


def cpu_model():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        return next((line.split(":")[1].strip() for line in file if line.startswith("model name")), "unknown processor")


def main(folder):
    unary, full, half, opened = (load(folder, name) for name in ("unary", "full", "half", "open"))
    first, gap = stamp_errors(folder)
    error = lambda values: f"mean error {sum(values) / len(values):.3f} ms, median {values[len(values) // 2]:.3f} ms"
    ms = lambda seconds: f"{seconds * 1e3:.2f} ms"
    rows = []
    wrk_file = os.path.join(folder, "wrk.txt")
    if os.path.exists(wrk_file):
        with open(wrk_file, encoding="utf-8") as file:
            wrk = float(re.search(r"Requests/sec:\s*([0-9.]+)", file.read()).group(1))
        rows.append(("unary throughput, 16 in flight, upstream of 10 ms, against wrk",
                     f"{unary['requestsPerSecond']:.0f}/s, wrk {wrk:.0f}/s: {100 * (unary['requestsPerSecond'] / wrk - 1):+.1f}%", "within 10%"))
    else:
        rows.append(("unary throughput, 16 in flight, upstream of 10 ms", f"{unary['requestsPerSecond']:.0f}/s (wrk is not installed)", "within 10% of wrk"))
    rows += [
        (f"TTFT against the server's own stamps, {len(first)} streams", error(first), "≤ 0.2 ms"),
        ("mean gap between tokens against the same", error(gap), "≤ 0.2 ms"),
        ("streams of 10 tokens at 3,000/s offered",
         f"{full['requestsPerSecond']:.0f}/s served, {full['failed']} failed, p99 lateness {ms(full['latenessSeconds']['p99'])}, {100 * full['generator']['cpuShare']:.0f}% of {full['generator']['cores']} cores", "≥ 3,000/s"),
        ("lateness at half of that", f"p99 {ms(half['latenessSeconds']['p99'])}, p50 {ms(half['latenessSeconds']['p50'])}", "p99 ≤ 5 ms"),
        ("5,000 streams open at a time", f"{opened['completed']} completed, {opened['failed']} failed, {opened['requestsPerSecond']:.0f}/s", "5,000 open, none failed"),
        ("peak memory with 5,000 open", f"{opened['generator']['peakMemoryBytes'] / 1e6:.0f} MB", "O(concurrent)"),
    ]
    print("# The load generator measured\n")
    print(f"{os.cpu_count()} × {cpu_model()}, shared with the upstream; made by `bench/load/run.sh`.\n")
    print("| what | measured | asked for |\n|---|---|---|")
    for row in rows:
        print("| " + " | ".join(row) + " |")


main(sys.argv[1])
