"""Turns what live.sh measured into a Markdown table."""

import json
import os
import sys

LOADS = ("0.85", "1.0")


def run(folder, name):
    with open(os.path.join(folder, name + ".json"), encoding="utf-8") as file:
        return json.load(file)["runs"][0]


def main(folder, minutes):
    print("# Live against simulated\n")
    print(f"{minutes} minutes of azure-2023-conv for each row, four emulated replicas (A100, Llama 3 8B); made by `bench/gateway/live.sh`. Live, engines are first come, first served, and LARRY orders the gateway's queue; simulated, there is no such queue, and LARRY orders the engines' own.\n")
    print("| load | policies | requests | failed | mean TTFT live | simulated | simulated ÷ live | p99 TTFT live | simulated | p99 lateness of the generator |\n|---|---|---|---|---|---|---|---|---|---|")
    ratios = []
    for load in LOADS:
        means = {}
        for side, name in (("ours", "sal + larry"), ("plain", "round-robin + fcfs (no gateway queue)")):
            live, simulated = run(folder, f"live.{side}.{load}"), run(folder, f"simulated.{side}.{load}")
            means[side] = (live["ttftSeconds"]["mean"], simulated["ttftSeconds"]["mean"])
            print(
                f"| {load} | {name} | {live['requests']} | {live['failed']} | {means[side][0]:.3f} s | {means[side][1]:.3f} s | {means[side][1] / means[side][0]:.2f} "
                f"| {live['ttftSeconds']['p99']:.2f} s | {simulated['ttftSeconds']['p99']:.2f} s | {1e3 * live['latenessSeconds']['p99']:.2f} ms |"
            )
        ratios.append((load, means["ours"][0] / means["plain"][0], means["ours"][1] / means["plain"][1]))
    print("\n| load | mean TTFT of sal + larry ÷ round-robin + fcfs, live | simulated |\n|---|---|---|")
    for load, live, simulated in ratios:
        print(f"| {load} | {live:.2f} | {simulated:.2f} |")


main(sys.argv[1], sys.argv[2])
