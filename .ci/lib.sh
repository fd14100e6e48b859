# Shared by .ci/run and .ci/nightly: steps with headings, times and logs; nothing left behind. Sourced, with the repository's root as folder.

export CI=true LC_ALL=C.UTF-8 DOTNET_CLI_UI_LANGUAGE=en DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
export MSBUILDTERMINALLOGGER=off MSBUILDDISABLENODEREUSE=1
# A compiler server of this run's own: quick builds, and ended with the run without touching anybody else's.
export ORCHESTRATOR_CI_RUN="orchestrator-ci-$$-$(date +%s)"
export SharedCompilationId="$ORCHESTRATOR_CI_RUN"

scratch=$(mktemp -d)
export scratch
started=$SECONDS
passed=0
failed=0
step_number=0
failed_steps=()

# Whatever this run started carries its name in its environment, however deep it was started.
leftovers() {
  local environment pid
  for environment in /proc/[0-9]*/environ; do
    pid=${environment//[^0-9]/}
    if [ "$pid" != "$$" ] && [ "$pid" != "$BASHPID" ] && grep -qsz "^ORCHESTRATOR_CI_RUN=$ORCHESTRATOR_CI_RUN\$" "$environment"; then
      echo "$pid"
    fi
  done
}

clean_up() {
  local pids
  trap '' INT TERM
  for signal in TERM TERM KILL; do
    pids=$(leftovers)
    [ -n "$pids" ] || break
    # shellcheck disable=SC2086 # One word for each process.
    kill -"$signal" $pids 2>/dev/null || true
    sleep 0.5
  done
  rm -rf "$scratch"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

say() { printf '%s\n' "$*"; }

die() {
  say "$*" >&2
  exit 1
}

# within SECONDS COMMAND…: the command without input, ended when it takes too long.
within() {
  local limit=$1 status=0
  shift
  timeout --kill-after=10 "$limit" "$@" </dev/null || status=$?
  if [ "$status" -eq 124 ] || [ "$status" -eq 137 ]; then
    say "Took longer than $limit s and was ended: $*"
  fi
  return "$status"
}

# step TITLE COMMAND…: one heading; the log only when it failed. A warning of a compiler or of NuGet is a failure.
# Lines that begin with "> " are shown in any case. Never fails itself: look at step_status. To be called bare, not in "if", "&&"
# or "||": bash ignores "set -e" in everything below those, and a step would run on after its first failed command.
step() {
  local title=$1 status=0 begun=$SECONDS log
  shift
  step_number=$((step_number + 1))
  log=$scratch/step-$step_number.log
  say "== $title"
  (
    trap - EXIT
    set -euo pipefail
    "$@"
  ) </dev/null >"$log" 2>&1 &
  wait $! || status=$?
  if grep -Eq '(: |^ *)warning( [A-Za-z]+[0-9]+)? ?:' "$log"; then
    status=1
  fi
  if [ "$status" -eq 0 ]; then
    sed -n 's/^> /   /p' "$log"
    say "   ok, $((SECONDS - begun)) s"
  else
    tail -n 300 "$log" | sed 's/^> //; s/^/   | /'
    say "   FAILED, $((SECONDS - begun)) s"
    failed_steps+=("$title")
  fi
  step_log=$log
  step_status=$status
}

# For a step without which the others make no sense.
required_step() {
  step "$@"
  if [ "$step_status" -ne 0 ]; then
    finish
  fi
}

# The end: the totals, alone on the last line. More failed steps than failed tests count as failures too.
finish() {
  say
  say "Took $((SECONDS - started)) s."
  if [ "${#failed_steps[@]}" -gt 0 ]; then
    printf 'Failed: %s\n' "${failed_steps[@]}"
  fi
  if [ "$failed" -lt "${#failed_steps[@]}" ]; then
    failed=${#failed_steps[@]}
  fi
  say "$passed passed, $failed failed"
  exit "$((failed > 0))"
}

# count_tests LOG: adds the results "dotnet test" gave for each project to the totals.
count_tests() {
  local line='^(Passed|Failed)! +- Failed: +([0-9]+), Passed: +([0-9]+), Skipped: +([0-9]+)'
  while IFS= read -r result; do
    if [[ $result =~ $line ]]; then
      failed=$((failed + BASH_REMATCH[2]))
      passed=$((passed + BASH_REMATCH[3]))
      say "   ${result##* - }: ${BASH_REMATCH[3]} passed, ${BASH_REMATCH[2]} failed, ${BASH_REMATCH[4]} skipped"
    fi
  done <"$1"
  if [ "$((passed + failed))" -eq 0 ]; then
    say "   No test ran."
    failed_steps+=("no test ran")
  fi
}

require_sdk() {
  local version
  command -v dotnet >/dev/null || die "The .NET 10 SDK is needed and there is no 'dotnet' on the PATH. See https://dotnet.microsoft.com/download"
  version=$(dotnet --version 2>/dev/null) || die "The .NET 10 SDK is needed (global.json says which); 'dotnet --version' fails here."
  say "> .NET SDK $version"
}

# Debian packages by command: what is there already is not installed again.
require_packages() {
  local missing=() pair as_root=() had_policy=true
  for pair in "$@"; do
    if ! command -v "${pair%%:*}" >/dev/null && [[ " ${missing[*]} " != *" ${pair##*:} "* ]]; then
      missing+=("${pair##*:}")
    fi
  done
  if [ "${#missing[@]}" -eq 0 ]; then
    return
  fi
  command -v apt-get >/dev/null || die "Needed and not here: ${missing[*]}. There is no apt-get to install them with."
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || die "Needed and not here: ${missing[*]}. Install them, or run as root."
    as_root=(sudo)
  fi
  # The service of a package must not start: only its programs are wanted.
  if [ ! -e /usr/sbin/policy-rc.d ]; then
    had_policy=false
    printf '#!/bin/sh\nexit 101\n' >"$scratch/policy-rc.d"
    "${as_root[@]}" install -m 755 "$scratch/policy-rc.d" /usr/sbin/policy-rc.d
  fi
  local status=0
  {
    within 120 "${as_root[@]}" apt-get update -q &&
      within 300 "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"
  } || status=$?
  $had_policy || "${as_root[@]}" rm -f /usr/sbin/policy-rc.d
  case " ${missing[*]} " in
    *' prometheus '*)
      if [ "$status" -eq 0 ] && command -v systemctl >/dev/null; then
        "${as_root[@]}" systemctl disable prometheus || true
      fi
      ;;
  esac
  [ "$status" -eq 0 ] || die "apt-get could not install: ${missing[*]}"
  say "> installed: ${missing[*]}"
}
