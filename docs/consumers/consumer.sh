#!/usr/bin/env bash
# A consumer in shell: counts the living rows of each segment, from the shards, and says what it counted.
#   consumer.sh COLLECTION NAME INDEX
# COLLECTION is a folder or an address on S3, see store.sh. INDEX is the file that is served: the version, and a line
# "segment <tab> living rows" for each segment. LEASE and LOOK are seconds. Needs jq, zstd, coreutils; for S3 curl 7.86.
set -euo pipefail
export LC_ALL=C
collection=${1%/} name=$2 index=$(realpath -m "$3") lease=${LEASE:-600} last=9999999999 version=0 served=
source "$(dirname "$0")/store.sh"
if [[ -d $collection ]]; then collection=$(realpath "$collection"); fi
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT && cd "$work"
key_of() { printf '%s%010d.json' "$1" $((last - $2)); }

sealed() { # the object that was got has the digest that it says
  local text && text=$(<object)
  [[ $(printf %s "${text%,\"sha256\":*}" | sha256sum) == "$(jq -r .sha256 object)"* ]] || fail "$1 is damaged"
}
whole() { # KEY SHA256: gets an object that the snapshot names
  get "$1" && [[ $(sha256sum <object) == "$2"* ]]
}

say() { # STATE MORE-FIELDS: creates the next entry; after a lost answer it is there, and one's own
  local n body
  while n=1; do
    first "consumers/$name/" && n=$((last - 10#$(basename "$key" .json) + 1))
    body=$(jq -nc --arg consumer "$name" --argjson n $n --argjson version "$version" --arg state "$1" \
      --argjson more "$2" '{$consumer, $n, $version, $state} + $more + {time: (now | floor | todate)}')
    printf '%s,"sha256":"%s"}' "${body%\}}" "$(printf %s "${body%\}}" | sha256sum | cut -c 1-64)" >entry
    key=$(key_of "consumers/$name/" $n)
    if create "$key" || { get "$key" && cmp -s object entry; }; then return; fi
  done
}

holds() { (($(date +%s) < until)); }
hold() { # the lease; the order matters: the entry, the boundary, the version, the clock
  until=$(($(date +%s) + lease))
  say BUILDING "$(jq -nc "{until: ($until | todate)}")"
  while first boundary/; do
    if get "$key"; then sealed "$key" && (($(jq .below object) <= version)) && break || return 1; fi
  done
  get "$(key_of head/ "$version")" && sealed "version $version" && holds
}

build() { # the living rows of each segment, from the snapshot that the head names
  local key sha
  read -r key sha < <(jq -r '.snapshot | "\(.key) \(.sha256)"' object)
  whole "$key" "$sha" && zstd -dcq object | jq -r '.shards[] | "\(.key) \(.sha256)"' >shards && : >lines || return 1
  while read -r key sha; do whole "$key" "$sha" && zstd -dcq object >>lines || return 1; done <shards
  jq -nr 'reduce (inputs | .deadSince as $dead | .fragments[]? | select(.segment)
      | .rows = if $dead then 0 else .end - .start - (.dead // 0) end) as $part
    ({}; .["\($part.segment)"] += $part.rows) | to_entries[] | "\(.key)\t\(.value)"' lines >counts
}

while :; do
  if ! { first head/ && get "$key" && sealed "$key"; } || (($(jq .version object) == version)); then
    sleep "${LOOK:-1}" && continue
  fi
  version=$(jq .version object) kind=$(jq -r .kind object) snapshot=$(jq -r '.snapshot.key // ""' object)
  if [[ $kind == RETIRED ]]; then say GONE '{}' && exit; fi
  if [[ -z $snapshot || $kind == DECLARED && $snapshot == "$served" ]]; then continue; fi
  if hold && { build && built=1 || built=; } && holds; then
    if [[ ! $built ]]; then
      say FAILED '{"reason": "an object of the snapshot is missing or damaged"}' && continue
    fi
    { echo "version $version" && cat counts; } >new && mv new "$index" && served=$snapshot
    rows=$(awk '{ n += $2 } END { print n + 0 }' counts) segments=$(wc -l <counts)
    say SERVING "$(jq -nc "{rows: $rows, segments: {done: $segments, failed: 0, total: $segments}}")"
    echo "version $version: $rows rows in $segments segments"
  else
    version=0 && sleep "${LOOK:-1}" # nothing is held: begin again with the newest version
  fi
done
