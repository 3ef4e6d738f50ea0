"""Turns what run.sh measured into a Markdown table."""

import json
import os
import re
import statistics
import sys

SIDES = ("direct", "nginx", "haproxy", "halffull")


def run(folder, name):
    with open(os.path.join(folder, name + ".json"), encoding="utf-8") as file:
        return json.load(file)["runs"][0]


def text(folder, name):
    with open(os.path.join(folder, name + ".txt"), encoding="utf-8") as file:
        return file.read()


def wrk_rate(page):
    return float(re.search(r"Requests/sec:\s*([0-9.]+)", page).group(1))


def wrk_requests(page):
    return int(re.search(r"(\d+) requests in", page).group(1))


def per_cpu_second(page):
    before, after = map(float, re.search(r"^cpu (\S+) (\S+)$", page, re.MULTILINE).groups())
    return wrk_requests(page) / (after - before) if after > before else None


def cpu_model():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        return next((line.split(":")[1].strip() for line in file if line.startswith("model name")), "unknown processor")


def latency(folder, rounds, side, metric, percentile):
    """Of each round: milliseconds above direct in the same round."""
    return [1e3 * (run(folder, f"latency.{side}.{i}")[metric][percentile] - run(folder, f"latency.direct.{i}")[metric][percentile]) for i in range(1, rounds + 1)]


def main(folder, rounds):
    print("# The gateway measured\n")
    print(f"{os.cpu_count()} × {cpu_model()}, shared by load generator, proxy and eight upstreams; made by `bench/gateway/run.sh`.")
    print("HalfFull runs `--router sal --queue larry`; nginx and haproxy count connections. Medians of alternated rounds.\n")
    print("| what | direct | nginx | haproxy | HalfFull | asked for |\n|---|---|---|---|---|---|")

    def row(name, values, asked):
        print(f"| {name} | " + " | ".join(values) + f" | {asked} |")

    failed = [sum(run(folder, f"latency.{side}.{i}")["failed"] for i in range(1, rounds + 1)) for side in SIDES]
    for metric, label in (("ttftSeconds", "TTFT"), ("e2eSeconds", "E2E")):
        for percentile, asked in (("p50", "≤ 0.3 ms, ≤ 2 × nginx"), ("p99", "≤ 2 ms")):
            direct = statistics.median(1e3 * run(folder, f"latency.direct.{i}")[metric][percentile] for i in range(1, rounds + 1))
            added = [statistics.median(latency(folder, rounds, side, metric, percentile)) for side in SIDES[1:]]
            row(f"{label} {percentile} at 500 streams/s, above direct", [f"{direct:.2f} ms"] + [f"{value:+.2f} ms" for value in added], asked)
    row("failed of those", [str(count) for count in failed], "0")
    pages = {side: [text(folder, f"unary.{side}.{i}") for i in range(1, rounds + 1)] for side in SIDES}
    row("short answers, 32 connections", [f"{statistics.median(map(wrk_rate, pages[side])):.0f}/s" for side in SIDES], "")
    row(
        "the same for each CPU second of the proxy",
        ["–"] + [f"{statistics.median(map(per_cpu_second, pages[side])):.0f}" for side in SIDES[1:]],
        "≥ 4,000",
    )
    row("prompts of 220 KB, 16 connections", [f"{wrk_rate(text(folder, f'long.{side}')):.0f}/s" for side in SIDES], "≥ 400/s")
    long = {side: run(folder, f"long.{side}") for side in SIDES}
    row("prompts of 220 KB at 400/s: served", [f"{long[side]['requestsPerSecond']:.0f}/s" for side in SIDES], "")
    for percentile, asked in (("p50", ""), ("p99", "≤ 20 ms")):
        direct = 1e3 * long["direct"]["ttftSeconds"][percentile]
        row(
            f"TTFT {percentile} of those, above direct",
            [f"{direct:.2f} ms"] + [f"{1e3 * long[side]['ttftSeconds'][percentile] - direct:+.2f} ms" for side in SIDES[1:]],
            asked,
        )
    row("peak memory, 5,000 open streams", ["–"] + [f"{float(text(folder, f'open.{side}')):.0f} MB" for side in SIDES[1:]], "≤ 250 MB")
    row("failed of those", ["–"] + [str(run(folder, f"open.{side}")["failed"]) for side in SIDES[1:]], "0")


main(sys.argv[1], int(sys.argv[2]))
