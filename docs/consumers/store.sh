# shellcheck shell=bash
# The objects of a collection, in a folder or on S3: $collection is the folder, or
# http(s)://ENDPOINT/BUCKET/CATALOG/COLLECTION with AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION;
# curl signs no address with letters that have to be encoded.
#   first PREFIX        sets $key to the first key below it
#   get KEY             makes the file "object"
#   create KEY          stores the file "entry" unless there is another object of that key
#   sealed KEY          gets an object that has the digest that it says
#   whole KEY SHA256    gets an object of a snapshot, and makes the file "lines" of what it says
#   seal JQ             makes the file "entry", with its digest
# They are false where nothing is there, or something is. Whatever else goes wrong ends the script.
fail() { echo "consumer.sh: $*" >&2 && exit 1; }
export LC_ALL=C
if [[ -d $collection ]]; then collection=$(realpath "$collection"); fi
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT && cd "$work"
key_of() { printf '%s%010d.json' "$1" $((9999999999 - $2)); }
number_of() { echo $((9999999999 - 10#$(basename "$1" .json))); }
digest() { sha256sum | cut -c 1-64; }
whole() { get "$1" && [[ $(digest <object) == "$2" ]] && zstd -dcq object >lines; }
sealed() {
  local text
  get "$1" && text=$(<object) || return
  [[ ${text##*,\"sha256\":} == "\"$(printf %s "${text%,\"sha256\":*}" | digest)\"}" ]] || fail "$1 is damaged"
}
seal() {
  local text
  text=$(jq -nc "$1") || fail "no JSON: $1"
  text=${text%\}}
  printf '%s,"sha256":"%s"}' "$text" "$(printf %s "$text" | digest)" >entry
}
same() { get "$1" && cmp -s object entry; }
# After a lost answer the object is there, and one's own; after a conflict it may not be there yet.
create() { new "$1" || same "$1" || new "$1" || same "$1"; }

if [[ $collection =~ ^(https?://[^/]+/[^/]+)/(.+)$ ]]; then
  bucket=${BASH_REMATCH[1]} prefix=${BASH_REMATCH[2]}
  s3() { # FALSE-STATUSES BODY-FILE CURL-ARGUMENT…: asks again where no answer comes
    local status
    status=$(curl -sS --retry 8 --retry-all-errors --aws-sigv4 "aws:amz:${AWS_REGION:-us-east-1}:s3" \
      --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" -H "x-amz-content-sha256: $(digest <"$2")" \
      -o object -w '%{http_code}' "${@:3}") || fail "no answer for ${*: -1}"
    if [[ $status != 200 ]]; then
      [[ $1 == *"$status"* ]] || fail "status $status for ${*: -1}: $(<object)"
      return 1
    fi
  }
  first() {
    s3 none /dev/null "$bucket?list-type=2&max-keys=1&prefix=$(jq -nr --arg prefix "$prefix/$1" '$prefix | @uri')"
    key=$(sed -n 's:.*<Key>\([^<]*\)</Key>.*:\1:p' object) && [[ $key ]] && key=$1${key##*/}
  }
  get() { s3 404 /dev/null "$collection/$1"; }
  new() {
    s3 "409 412" entry -X PUT -H 'If-None-Match: *' -H 'Content-Type: application/json' --data-binary @entry "$collection/$1"
  }
else
  rm -f "$collection/consumers/$name"/.new-* # of a process that was killed
  first() { key=$(ls "$collection/$1" 2>/dev/null | sed -n 1p) && [[ $key ]] && key=$1$key; }
  get() { [[ -e $collection/$1 ]] && cp "$collection/$1" object; }
  new() { # a name that begins with a dot is nobody's entry, and a link is there with all its bytes
    local made=0 file=$collection/${1%/*}/.new-$$
    mkdir -p "${file%/*}" && cp entry "$file" || fail "cannot write $file"
    ln "$file" "$collection/$1" 2>/dev/null || made=1
    rm "$file" && return $made
  }
fi
