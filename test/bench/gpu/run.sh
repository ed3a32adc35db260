#!/usr/bin/env bash
# Measures the model of the 5B's size on one GPU: the sections named, or all, each in a process of its own and with a limit, so that
# one that crashes or hangs costs only itself.
#
#   test/bench/gpu/run.sh OUT_FOLDER [SECTION…]        in the repository's root, `npm run build` done; expected seconds on an H100:
#
#   make      30   our CUDA kernels, by nvcc, and a folder of random weights in fp16 (23 GB) in $MODEL, unless it is there
#   ways      45   the denoiser alone, a guided step at 480p: every way of opening its session
#   texts     30   the same with prompts of 120 and 500 tokens
#   profile   40   what the GPU spends a step on: two layers under ncu
#   largest   20   the largest numbers in each block, beside where fp16 ends
#   decoder  240   the VAE alone, every way of decoding (decoder.ts lists them), at 480p
#   bench     90   `reelql bench gpu` at 480p: all networks in executors, rows 1, 2, 4, 8, memory
#   torch    120   diffusers with PyTorch, eager and compiled, fp16 and bf16; PYTHONPATH must have diffusers
#   torchvae  40   diffusers' VAE
#   wholes   120  a whole video by diffusers' pipeline, to the MP4
#   large    120   `reelql bench gpu` at 1280x704x121
#
# MODEL   the model's folder; /dev/shm/reelql-5b if left out, which takes memory instead of disk
# SIZE    832x480x29
# DEVICE  cuda-0; cpu rehearses all that needs no CUDA
# SMALL   all: a model a thousandth of the size
# What it prints is in OUT_FOLDER/run.log, JSON lines also in results.jsonl.
set -uo pipefail
out=${1:?usage: run.sh OUT_FOLDER [SECTION…]}
shift
chosen=" ${*:-make ways texts profile largest decoder bench torch torchvae wholes large} "
model=${MODEL:-/dev/shm/reelql-5b}
size=${SIZE:-832x480x29}
device=${DEVICE:-cuda-0}
large=${LARGE:-1280x704x121}
gpu=dist/test/bench/gpu
mkdir -p "$out"
# shellcheck disable=SC1091
if [ -f /opt/ort/env ]; then . /opt/ort/env; fi

# section NAME LIMIT_SECONDS COMMAND…
section() {
  local name=$1 limit=$2 began=$SECONDS
  shift 2
  case $chosen in *" $name "*) ;; *) return ;; esac
  echo "== $name" | tee -a "$out/run.log"
  timeout -k 5 "$limit" "$@" 2>&1 | tee -a "$out/run.log" | tee >(grep '^{' | sed "s/^{/{\"section\":\"$name\",/" >>"$out/results.jsonl")
  echo "== $name: exit ${PIPESTATUS[0]}, $((SECONDS - began)) s" | tee -a "$out/run.log"
}

make() {
  if [ "$device" != cpu ]; then node dist/clients/cli/main.js kernels; fi
  if [ -f "$model/bundle.json" ]; then echo "$model is there"; return; fi
  node $gpu/make-5b.js "$model" --dtype fp16 --bundle wan-5b ${SMALL:+--small "$SMALL"}
}

texts() {
  for tokens in 120 500; do
    node $gpu/denoiser.js "$model" --device "$device" --size "$size" --text $tokens --ways plain --repetitions 5
  done
}

profile() {
  # No clock control: the card's clocks are not ours to set.
  ncu --clock-control none --metrics gpu__time_duration.sum --csv --page raw --log-file /tmp/ncu.csv \
    node $gpu/denoiser.js "$model" --device "$device" --size "$size" --layers 2 --repetitions 1 --way fused
  echo "two layers, two runs:"
  python3 test/bench/gpu/kernel_table.py /tmp/ncu.csv 40
}

export -f make texts profile
export gpu model size device SMALL
section make 120 bash -c make
section ways 120 node $gpu/denoiser.js "$model" --device "$device" --size "$size"
section texts 90 bash -c texts
section profile 120 bash -c profile
section largest 60 node $gpu/magnitudes.js "$model" --device "$device" --size "$size"
section decoder 420 node $gpu/decoder.js "$model" --device "$device" --size "$size"
section bench 180 node dist/clients/cli/main.js bench gpu --model "$model" --device "$device" --sizes "$size" ${MATRIX:+--matrix-size "$MATRIX"}
section torch 240 python3 test/bench/gpu/torch_baseline.py --size "$size" --dtypes float16,bfloat16
section torchvae 90 python3 test/bench/gpu/torch_baseline.py --size "$size" --ways none --vae
section wholes 300 python3 test/bench/gpu/torch_whole.py --size "$size"
section large 240 node dist/clients/cli/main.js bench gpu --model "$model" --device "$device" --sizes "$large" --rows 2 --repetitions 1 ${MATRIX:+--matrix-size "$MATRIX"}
