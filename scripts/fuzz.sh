#!/usr/bin/env bash
# Runs every fuzzer for FUZZTIME (30s), one after another, and prints how many
# inputs each has tried. A failing input lands in testdata/fuzz: give it a name.
set -euo pipefail
cd "$(dirname "$0")/.."

time=${FUZZTIME:-30s}
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# fuzz FOLDER PACKAGE
fuzz() {
  local target targets
  targets=$(cd "$1" && go test -run '^$' -list '^Fuzz' "$2" | grep '^Fuzz')
  for target in $targets; do
    # Long inputs take a minute each to be made short.
    if ! (cd "$1" && go test -run '^$' -fuzz "^$target\$" -fuzztime "$time" -fuzzminimizetime 10x "$2") >"$log" 2>&1; then
      cat "$log"
      exit 1
    fi
    # At first it runs what it has found before, "baseline coverage: 9/80".
    echo "fuzz: $target: $(sed -n -e 's/.*execs: \([0-9]*\) .*/\1/p' -e 's/.*baseline coverage: \([0-9]*\).*/\1/p' "$log" | tail -1) inputs in $time"
  done
}

fuzz . .
fuzz e2e ./cmd/swagger
