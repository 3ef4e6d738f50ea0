#!/usr/bin/env bash
# Replays ten minutes of a trace live, through the gateway to four emulated replicas, and compares mean TTFT with what the simulator predicts for the same requests:
#   bench/gateway/live.sh > bench/gateway/live.md
# TRACE is the trace (default: azure-2023-conv of HALFFULL_SHARED or ../shared), MINUTES how long each of the four runs lasts (default 10). Needs python3. Use an idle machine.
set -euo pipefail
cd "$(dirname "$0")/../.."
minutes=${MINUTES:-10}
shared=${HALFFULL_SHARED:-../shared}
trace=${TRACE:-$(ls "$shared"/traces/azure-2023-conv* | head -n 1)}
port=${PORT:-9380}
work=$(mktemp -d)
server=
trap 'kill "$server" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$work"' EXIT

dotnet build -c Release -v q src/HalfFull.Cli >&2
halffull=artifacts/bin/HalfFull.Cli/release/HalfFull.Cli

# Live, the engines stay as they are: first come, first served. LARRY orders the gateway's queue. The simulator has no such queue: there LARRY orders the engines' own.
policies() { # side: sets router, queue, and engine for the simulator
  case $1 in
    ours) router=sal queue=larry engine=larry ;;
    plain) router=round-robin queue=none engine=vllm ;;
  esac
}

simulate() { # side, load, further options
  local side=$1 load=$2
  shift 2
  policies "$side"
  "$halffull" simulate --trace "$trace" --load "$load" --replicas 4 --router "$router" --engine "$engine" \
    --json "$work/simulated.$side.$load.json" "$@" >&2
}

for load in 0.85 1.0; do
  # The rate that this load means, then as many requests as arrive at it within the time.
  simulate plain "$load"
  rate=$(python3 -c "import json,sys; run=json.load(open(sys.argv[1]))['runs'][0]; print(run['load'] * run['capacityRequestsPerSecond'])" "$work/simulated.plain.$load.json")
  limit=$(python3 -c "print(round($rate * 60 * $minutes))")
  for side in ours plain; do
    policies "$side"
    "$halffull" simulate --trace "$trace" --limit "$limit" --rate "$rate" --replicas 4 --router "$router" --engine "$engine" \
      --json "$work/simulated.$side.$load.json" >&2
    port=$((port + 1))
    "$halffull" serve --port "$port" --replicas 4 --router "$router" --engine vllm --queue "$queue" >"$work/serve.txt" &
    server=$!
    for _ in $(seq 200); do
      curl -fs "http://127.0.0.1:$port/ready" >/dev/null && break
      sleep 0.1
    done
    echo "live, load $load, router $router, engines vllm, queue $queue, $limit requests at $rate/s" >&2
    "$halffull" bench --url "http://127.0.0.1:$port" --trace "$trace" --limit "$limit" --rate "$rate" \
      --json "$work/live.$side.$load.json" >&2
    kill "$server"
    wait "$server" 2>/dev/null || true
  done
done

python3 bench/gateway/live.py "$work" "$minutes"
