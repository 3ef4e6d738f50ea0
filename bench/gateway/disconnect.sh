#!/usr/bin/env bash
# Measures how long after a client has left its upstream sees it, behind nginx, haproxy, HalfFull and nothing, and prints a Markdown table:
#   bench/gateway/disconnect.sh
# PROBES is the number of clients that leave (default 200), STREAMS that of those that stay meanwhile (default 100). Needs python3, and nginx and haproxy for their rows.
set -euo pipefail
cd "$(dirname "$0")/../.."
port=${PORT:-9480}
work=$(mktemp -d)
servers=()
trap 'kill "${servers[@]}" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$work"' EXIT

dotnet build -c Release -v q src/HalfFull.Cli >&2
halffull=artifacts/bin/HalfFull.Cli/release/HalfFull.Cli
sides=("direct=$port")
if command -v nginx >/dev/null; then
  sed -e "s|@WORK@|$work|" -e "s|@PORT@|$((port + 1))|" -e "s|@NGINX_SERVERS@|server 127.0.0.1:$port;|" bench/gateway/nginx.conf >"$work/nginx.conf"
  nginx -e "$work/nginx.err" -c "$work/nginx.conf" &
  servers+=($!)
  sides+=("nginx=$((port + 1))")
fi
if command -v haproxy >/dev/null; then
  sed -e "s|@PORT@|$((port + 2))|" -e "s|@HAPROXY_SERVERS@|    server r1 127.0.0.1:$port|" bench/gateway/haproxy.cfg >"$work/haproxy.cfg"
  haproxy -db -f "$work/haproxy.cfg" &
  servers+=($!)
  sides+=("haproxy=$((port + 2))")
fi
# As ./halffull starts it.
DOTNET_GCgen0size=0x1000000 DOTNET_TC_QuickJit=1 "$halffull" serve --port $((port + 3)) --replicas "http://127.0.0.1:$port" >"$work/serve.txt" &
servers+=($!)
sides+=("halffull=$((port + 3))")
python3 bench/gateway/disconnect.py --upstream "$port" --probes "${PROBES:-200}" --streams "${STREAMS:-100}" --wait 5 "${sides[@]}"
