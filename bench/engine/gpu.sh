#!/usr/bin/env bash
# Calibrates and checks the embedded engine on a machine with an NVIDIA GPU; it has not been run yet.
#   bench/engine/gpu.sh DIR [PARAMS]
# DIR holds llama.cpp's libraries of the release that docs/engine.md names, built with GGML_CUDA=ON BUILD_SHARED_LIBS=ON GGML_BACKEND_DL=ON.
# PARAMS is the size of the model with random weights, by default 1b. Results go to artifacts/gpu.
set -euo pipefail
cd "$(dirname "$0")/../.."
libraries=${1:?"give the folder of llama.cpp's libraries"}
parameters=${2:-1b}
out=artifacts/gpu
mkdir -p "$out"
nvidia-smi --query-gpu=name,driver_version --format=csv,noheader | tee "$out/gpu.txt"
./halffull model tiny --params "$parameters" --type f16 --out "$out/model.gguf"

# On a GPU only the time on the wall tells, so nothing else may run.
./halffull calibrate --model "$out/model.gguf" --llama "$libraries" --gpu-layers -1 --max-seqs 64 --token-budget 512 \
    --max-model-len 2048 --out "$out/step-model.json" | tee "$out/calibrate.txt"
rm "$out/model.gguf"
