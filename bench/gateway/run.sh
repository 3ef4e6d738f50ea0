#!/usr/bin/env bash
# Measures the gateway beside nginx, haproxy and no proxy at all, in one run, and prints a Markdown table:
#   bench/gateway/run.sh > bench/gateway/results.md
# SECONDS_EACH is the length of one measurement (default 10), ROUNDS the number of alternated rounds (default 5).
# Needs python3, and installs nginx, haproxy and wrk where apt-get may do so. Use an idle machine: proxy, upstream and load generator share its cores.
set -euo pipefail
cd "$(dirname "$0")/../.."
each=${SECONDS_EACH:-10}
rounds=${ROUNDS:-5}
port=${PORT:-9280}
work=$(mktemp -d)
servers=()
trap 'kill "${servers[@]}" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$work"' EXIT
ulimit -n "$(ulimit -Hn)"

missing=()
for tool in nginx haproxy wrk python3; do
  command -v "$tool" >/dev/null || missing+=("$tool")
done
if ((${#missing[@]})); then
  apt-get install -y -q "${missing[@]}" >&2
fi

dotnet build -c Release -v q src/HalfFull.Cli >&2
dotnet build -c Release -v q bench/load/HalfFull.Load.Upstream >&2
halffull=artifacts/bin/HalfFull.Cli/release/HalfFull.Cli

listens() { # port: waits until something listens there
  for _ in $(seq 100); do
    if (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; then return; fi
    sleep 0.1
  done
  echo "Nothing listens on port $1." >&2
  exit 1
}

start() { # options of the upstream: eight replicas, then the three proxies in front of them
  local urls=() nginx="" haproxy="" first=$((port + 1))
  for i in $(seq 8); do
    port=$((port + 1))
    urls+=("http://127.0.0.1:$port")
    nginx+="        server 127.0.0.1:$port;\\n"
    haproxy+="    server r$i 127.0.0.1:$port\\n"
  done
  artifacts/bin/HalfFull.Load.Upstream/release/HalfFull.Load.Upstream --urls "$(IFS=';'; echo "${urls[*]}")" "$@" &
  servers+=($!)
  listens "$first"
  port=$((port + 3))
  sed -e "s|@WORK@|$work|" -e "s|@PORT@|$((port - 2))|" -e "s|@NGINX_SERVERS@|$nginx|" bench/gateway/nginx.conf >"$work/nginx.conf"
  sed -e "s|@PORT@|$((port - 1))|" -e "s|@HAPROXY_SERVERS@|$haproxy|" bench/gateway/haproxy.cfg >"$work/haproxy.cfg"
  nginx -e "$work/nginx.err" -c "$work/nginx.conf" &
  nginx_pid=$!
  haproxy -db -f "$work/haproxy.cfg" &
  haproxy_pid=$!
  # As ./halffull starts it.
  DOTNET_GCgen0size=0x1000000 DOTNET_TC_QuickJit=1 "$halffull" serve --port "$port" --router sal --queue larry --replicas "$(IFS=,; echo "${urls[*]}")" >"$work/serve.txt" &
  halffull_pid=$!
  servers+=("$nginx_pid" "$haproxy_pid" "$halffull_pid")
  direct_url=${urls[0]}
  nginx_url=http://127.0.0.1:$((port - 2))
  haproxy_url=http://127.0.0.1:$((port - 1))
  halffull_url=http://127.0.0.1:$port
  direct_pid=0
  listens $((port - 2)); listens $((port - 1)); listens "$port"
  sleep 3 # health checks and first scrapes
}

stop() { kill "${servers[@]}" 2>/dev/null || true; wait "${servers[@]}" 2>/dev/null || true; servers=(); }

cpu() { # pid: CPU seconds of a process and its children so far
  python3 bench/gateway/cpu.py "$1"
}

bench() { # file, url, options
  local file=$1 url=$2
  shift 2
  "$halffull" bench --url "$url" --duration "${each}s" --json "$file" "$@" >/dev/null
}

sides="direct nginx haproxy halffull"

# 1. Added latency: 500 streams a second of 10 tokens, prompts of 1 KB.
start
for round in $(seq "$rounds"); do
  for side in $sides; do
    url=${side}_url
    echo "latency, round $round, $side" >&2
    bench "$work/latency.$side.$round.json" "${!url}" --rate 500 --arrivals poisson --warmup 2s \
      --prompt-tokens constant:tokens=200 --output-tokens constant:tokens=10
  done
done
stop

# 2. Short answers without streaming: requests for each CPU second of the proxy.
start --tokens 10
for round in $(seq "$rounds"); do
  for side in $sides; do
    url=${side}_url pid=${side}_pid
    echo "throughput, round $round, $side" >&2
    before=$(cpu "${!pid}")
    wrk -t1 -c32 -d"${each}s" --latency -s bench/load/wrk-post.lua "${!url}/v1/chat/completions" >"$work/unary.$side.$round.txt"
    echo "cpu $before $(cpu "${!pid}")" >>"$work/unary.$side.$round.txt"
  done
done

# 3. Prompts of 220 KB: what it carries at most, and TTFT at 400 a second.
for side in $sides; do
  url=${side}_url
  echo "long prompts, $side" >&2
  wrk -t1 -c16 -d"${each}s" --latency -s bench/gateway/wrk-long.lua "${!url}/v1/chat/completions" >"$work/long.$side.txt"
  bench "$work/long.$side.json" "${!url}" --rate 400 --arrivals poisson --warmup 2s \
    --prompt-tokens constant:tokens=43000 --output-tokens constant:tokens=10
done
stop

# 4. Memory with 5,000 streams open.
start --first 20ms --gap 1000ms
for side in nginx haproxy halffull; do
  url=${side}_url pid=${side}_pid
  echo "5,000 open streams, $side" >&2
  bench "$work/open.$side.json" "${!url}" --concurrency 5000 --prompt-tokens constant:tokens=200 --output-tokens constant:tokens=10
  python3 bench/gateway/cpu.py --memory "${!pid}" >"$work/open.$side.txt"
done
stop

python3 bench/gateway/figures.py "$work" "$rounds"
