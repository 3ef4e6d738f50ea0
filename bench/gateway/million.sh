#!/usr/bin/env bash
# Sends a million short requests through the gateway and prints its memory as it goes: it must stay flat.
#   bench/gateway/million.sh > bench/gateway/million.md
# REQUESTS is how many (default 1000000). Installs wrk where apt-get may do so. About three minutes.
set -euo pipefail
cd "$(dirname "$0")/../.."
requests=${REQUESTS:-1000000}
port=${PORT:-9480}
work=$(mktemp -d)
servers=()
trap 'kill "${servers[@]}" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$work"' EXIT

command -v wrk >/dev/null || apt-get install -y -q wrk >&2
dotnet build -c Release -v q src/HalfFull.Cli >&2
dotnet build -c Release -v q bench/load/HalfFull.Load.Upstream >&2

artifacts/bin/HalfFull.Load.Upstream/release/HalfFull.Load.Upstream --tokens 10 --urls "http://127.0.0.1:$((port + 1));http://127.0.0.1:$((port + 2))" &
servers+=($!)
DOTNET_GCgen0size=0x1000000 DOTNET_TC_QuickJit=1 artifacts/bin/HalfFull.Cli/release/HalfFull.Cli serve --port "$port" --replicas "http://127.0.0.1:$((port + 1)),http://127.0.0.1:$((port + 2))" "$@" >"$work/serve.txt" &
gateway=$!
servers+=("$gateway")
for _ in $(seq 200); do
  curl -fs "http://127.0.0.1:$port/ready" >/dev/null && break
  sleep 0.1
done

answered() { curl -fs "http://127.0.0.1:$port/metrics" | awk '/^halffull_responses_total/ { print $1, $2 }'; }
ok() { answered | awk '/code="200"/ { sum += $2 } END { print sum + 0 }'; }
resident() { awk '/^VmRSS:/ { printf "%.0f", $2 * 1.024 / 1000 }' "/proc/$gateway/status"; }

echo "# A million short requests"
echo
echo "Made by \`bench/gateway/million.sh\`: 32 connections, two upstreams, \`--router sal --queue larry\`."
echo
echo "| answered | resident memory |"
echo "|---|---|"
echo "| $(ok) | $(resident) MB |"
while [ "$(ok)" -lt "$requests" ]; do
  wrk -t1 -c32 -d10s -s bench/load/wrk-post.lua "http://127.0.0.1:$port/v1/chat/completions" >&2
  echo "| $(ok) | $(resident) MB |"
done
echo
echo "Answers by status:"
echo
answered | sed 's/^/- /'
