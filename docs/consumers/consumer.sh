#!/usr/bin/env bash
# A consumer in shell: counts the living rows of each segment, from the shards, and says what it counted.
#   consumer.sh COLLECTION NAME INDEX
# COLLECTION is a folder or an address on S3, see store.sh. INDEX is the file that is served: the version, and a line
# "segment <tab> living rows" for each segment. LEASE and LOOK are seconds. Needs jq, zstd, coreutils; for S3 curl 7.86.
set -euo pipefail
collection=${1%/} name=$2 index=$(realpath -m "$3") n=0 version=0 served='' boundary='' below=0 pause=1
source "$(dirname "$0")/store.sh"
if first "consumers/$name/"; then n=$(number_of "$key"); fi

say() { # STATE FIELDS: creates the next entry
  n=$((n + 1))
  seal "{consumer: \"$name\", n: $n, version: $version, state: \"$1\"} + $2 + {time: (now | floor | todate)}"
  create "$(key_of "consumers/$name/" $n)" || fail "another process is consumer $name"
}
holds() { (($(date +%s) < until)); }
hold() { # the lease; the order matters: the entry, the boundary, the clock
  until=$(($(date +%s) + ${LEASE:-600})) && say BUILDING "{until: ($until | todate)}"
  while first boundary/ && [[ $key != "$boundary" ]]; do
    if sealed "$key"; then boundary=$key below=$(jq .below object); fi
  done
  ((below <= version)) && holds
}
build() { # the living rows of each segment
  whole "$root" "$sha256" && jq -r 'select(.format <= 3 or error).shards[] | .key, .sha256' lines >shards && : >all || return 1
  while read -r key && read -r sha256; do whole "$key" "$sha256" && cat lines >>all || return 1; done <shards
  jq -nr 'reduce (inputs | (.deadSince and (.movedTo | not)) as $dead | .fragments[]? | select(.segment and (.movedIn | not))
      | .rows = if $dead then 0 else .end - .start - (.dead // 0) end) as $part
    ({}; .["\($part.segment)"] += $part.rows) | to_entries[] | "\(.key)\t\(.value)"' all >counts
}
while :; do
  if ! first head/ || ! sealed "$key" || (($(jq .version object) == version)); then sleep "${LOOK:-1}" && continue; fi
  read -r version kind root sha256 < <(jq -r '"\(.version) \(.kind) \(.snapshot.key) \(.snapshot.sha256)"' object)
  if [[ $kind == RETIRED ]]; then say GONE '{}' && exit; fi
  if [[ $root == null || $kind == DECLARED && $root == "$served" ]]; then continue; fi
  if hold && build && holds; then
    { echo "version $version" && cat counts; } >new && mv new "$index" && served=$root pause=1
    rows=$(awk '{ n += $2 } END { print n + 0 }' counts) segments=$(wc -l <counts)
    say SERVING "{rows: $rows, segments: {done: $segments, failed: 0, total: $segments}}"
    echo "version $version: $rows rows in $segments segments"
  elif ((below <= version)) && holds; then
    say FAILED '{reason: "an object of the snapshot is missing or damaged"}'
  else # nothing is held: the newest version once more, after a pause that grows up to a minute
    version=0 && sleep $pause && pause=$((pause < 30 ? 2 * pause : 60))
  fi
done
