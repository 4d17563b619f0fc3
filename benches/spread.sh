#!/usr/bin/env bash
# How far apart the answers lie when the same question is put twenty times: gopie's, and those of `hyperfine -N`
# (if it is installed) with as many executions, on a quiet machine and with the other CPUs busy. 45 minutes.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo run --release -- calibrate --short 0 --full 0 --known 0 --spread 20 --settings quiet,other-loaded
