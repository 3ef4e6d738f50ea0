#!/usr/bin/env bash
# Measures the load generator itself and prints a Markdown table:
#   bench/load/run.sh > bench/load/results.md
# SECONDS_EACH sets the length of each measurement (default 20). Needs python3, and wrk for the first row.
set -euo pipefail
cd "$(dirname "$0")/../.."
each=${SECONDS_EACH:-20}
port=${PORT:-9180}
work=$(mktemp -d)
servers=()
trap 'kill "${servers[@]}" 2>/dev/null || true; rm -rf "$work"' EXIT

dotnet build -c Release -v q src/HalfFull.Cli >&2
dotnet build -c Release -v q bench/load/HalfFull.Load.Upstream >&2
halffull=artifacts/bin/HalfFull.Cli/release/HalfFull.Cli

upstream() { # options: starts a server and sets url
  port=$((port + 1))
  url=http://127.0.0.1:$port
  artifacts/bin/HalfFull.Load.Upstream/release/HalfFull.Load.Upstream --urls "$url" "$@" &
  servers+=($!)
  for _ in $(seq 50); do
    if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then return; fi
    sleep 0.1
  done
  echo "The upstream does not listen on port $port." >&2
  exit 1
}

stop() { kill "${servers[-1]}"; wait "${servers[-1]}" 2>/dev/null || true; }

bench() { # name, options
  local name=$1
  shift
  "$halffull" bench --url "$url" --prompt-tokens constant:tokens=100 --output-tokens constant:tokens=10 \
    --duration "${each}s" --json "$work/$name.json" "$@" >&2
}

# 1. Unary throughput at a fixed concurrency, beside wrk's.
upstream --first 10ms
bench unary --unary --concurrency 16 --warmup 2s
if command -v wrk >/dev/null; then
  wrk -t1 -c16 -d"${each}s" -s bench/load/wrk-post.lua "$url/v1/chat/completions" | tee /dev/stderr > "$work/wrk.txt"
fi
stop

# 2. TTFT and gaps beside the times that the server itself noted.
upstream --first 20ms --gap 5ms --stamps "$work/stamps.csv"
bench stamps --rate 50 --arrivals poisson --records "$work/records.csv"
stop

# 3. Streams of 10 tokens: 3,000 a second, and lateness at half of that.
upstream
bench full --rate 3000 --arrivals poisson --warmup 2s
bench half --rate 1500 --arrivals poisson --warmup 2s
stop

# 4. 5,000 streams open at a time, and memory.
upstream --first 500ms --gap 500ms
bench open --concurrency 5000
stop

python3 bench/load/figures.py "$work"
