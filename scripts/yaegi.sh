#!/usr/bin/env bash
# Runs the tests of every package of the root module interpreted, as Traefik
# runs the plugin. Usage: yaegi.sh YAEGI, the interpreter's binary. The whole
# output is left in yaegi.log.
#
# A package fails when a test fails, when anything panics or does not load, and
# when its test files ran no test.
#
# What `yaegi test` does otherwise than `go test`:
# - It finds packages in a GOPATH only and knows no go.mod: the module is linked
#   into a GOPATH of its own.
# - It ignores //go:build and obeys the old // +build only. A test file that the
#   interpreter cannot run has both lines; gofmt keeps them, and the tag is set
#   here and nowhere else:
#     //go:build !yaegi
#     // +build !yaegi
#   The suffixes of file names (_linux.go) are obeyed, but not before _test.go.
# - It skips fuzz targets, examples and TestMain.
# - A package x_test works and loads x a second time, without x's test files:
#   it sees nothing that export_test.go adds, and as both packages share one
#   scope, no name may be declared in both.
# - Messages of a failing test name a line of the interpreter, not of the test.
set -euo pipefail
cd "$(dirname "$0")/.."

yaegi=${1:?usage: yaegi.sh YAEGI}
log=$PWD/yaegi.log
gopath=$(mktemp -d)
run=$(mktemp)
trap 'rm -rf "$gopath" "$run"' EXIT

# failures LOG: of the tests that failed or did not end, what they said. A stack
# is left out: it names the interpreter's functions, none of the plugin.
failures() {
  awk '
    function flush() { if (failed) printf "%s", said; said = ""; failed = 0 }
    /^=== RUN +[^\/]*$/ { flush(); failed = 1; stack = 0 }
    /^--- (PASS|SKIP)/ { said = ""; failed = 0; next }
    /^goroutine [0-9]+ / { stack = 1 }
    /^=== (PAUSE|CONT|NAME)/ || /^ +--- (PASS|SKIP)/ || /^(PASS|FAIL)?$/ || stack { next }
    { said = said $0 "\n" }
    END { failed = 1; flush() }' "$1" | cut -c -300 | head -60
}

module=$(go list -m)
mkdir -p "$gopath/src/$(dirname "$module")"
ln -s "$PWD" "$gopath/src/$module"
packages=$(go list -f '{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}}{{end}}' ./...)

: >"$log"
tests=0 count=0 failed=
for package in $packages; do
  status=0
  GOPATH=$gopath GO111MODULE=off "$yaegi" test -v -tags yaegi "$package" >"$run" 2>&1 || status=$?
  { echo "=== PACKAGE $package" && cat "$run"; } >>"$log"
  passed=$(grep -a -c '^--- PASS' "$run" || true)
  # PASS is the last thing that a run prints: one that was ended has none.
  if [ "$status" != 0 ] || [ "$passed" = 0 ] || ! grep -a -q -x PASS "$run"; then
    echo "yaegi: $package: failed with status $status after $passed tests passed"
    failures "$run"
    failed=1
  fi
  tests=$((tests + passed)) count=$((count + 1))
done
if [ -n "$failed" ] || [ "$count" = 0 ]; then
  echo "yaegi: failed, $count packages had tests; all output is in yaegi.log"
  exit 1
fi
echo "yaegi: $tests tests passed in $count packages, interpreted"
