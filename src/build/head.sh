#!/bin/sh
# Hookline @VERSION@ for @TARGET@, in one file: this POSIX shell script, and behind it the program and the JavaScript
# runtime that runs it, both gzipped. The first start unpacks them into a cache folder; every later start checks what
# lies there and becomes the program, with the same process id.
#
# The cache folder is hookline/@KEY@ in the first of these that can be written, and that nobody else can change:
#   $XDG_CACHE_HOME    $HOME/.cache    /var/cache
# It may be removed at any time; the next start unpacks again.
#
# Made by src/build/self_contained.ts, which replaces the words between @ signs.

set -u
mask=$(umask)
umask 077

# What this file holds: sizes in bytes, SHA-256 to check what was unpacked, cksum's CRC to check it at each start.
head_size=@HEAD_SIZE@
program_packed=@PROGRAM_PACKED@
program_sha256=@PROGRAM_SHA256@
program_cksum='@PROGRAM_CKSUM@'
runtime_sha256=@RUNTIME_SHA256@
runtime_cksum='@RUNTIME_CKSUM@'
space_needed='@SPACE_NEEDED@ MB'

self=$0
# Why each place that was tried will not do, one line each.
refused=

fail() {
  printf 'hookline: %s\n' "$1" >&2
  exit 1
}

refuse() {
  refused="$refused
  $1"
  return 1
}

@OWN_FOLDER@
# Whether what was unpacked lies in $dir undamaged.
is_whole() {
  [ -x "$dir/hookline" ] &&
    [ "$(cksum 2>/dev/null <"$dir/hookline.mjs")" = "$program_cksum" ] &&
    [ "$(cksum 2>/dev/null <"$dir/hookline")" = "$runtime_cksum" ]
}

sha256() {
  if command -v sha256sum >/dev/null 2>&1; then sha256sum <"$1"; else shasum -a 256 <"$1"; fi | cut -d ' ' -f 1
}

# Unpacks standard input as $dir/$1, which must have the SHA-256 $2; nobody ever sees a part of it under that name.
unpack_one() {
  part=$dir/.$1.$$
  if ! gzip -dc >"$part" 2>/dev/null || [ "$(sha256 "$part")" != "$2" ]; then
    rm -f -- "$part"
    return 1
  fi
  chmod 700 "$part"
  sync "$part" 2>/dev/null || sync # or a power cut could leave it empty under its name
  mv -f -- "$part" "$dir/$1"
}

unpack() {
  # One start at a time, where flock exists; without it each one unpacks for itself, and the last rename stays.
  if command -v flock >/dev/null 2>&1 && { : >>"$dir/lock"; } 2>/dev/null && exec 9>>"$dir/lock"; then
    flock 9
    is_whole && exec 9>&- && return 0
    rm -f -- "$dir"/.hookline.* # parts of starts that were killed
  fi
  if ! tail -c "+$((head_size + 1))" -- "$self" | head -c "$program_packed" | unpack_one hookline.mjs "$program_sha256" ||
    ! tail -c "+$((head_size + program_packed + 1))" -- "$self" | unpack_one hookline "$runtime_sha256"; then
    exec 9>&-
    refuse "$dir: unpacking there failed: it takes $space_needed ($(space_in "$dir") free), or $self is damaged"
    return 1
  fi
  exec 9>&-
  # Both hashes were right, so what is wrong now is the place or the machine.
  "$dir/hookline" --version >/dev/null 2>&1 && forget_old && return 0
  rm -f -- "$dir/hookline" "$dir/hookline.mjs"
  refuse "$dir: programs cannot be run from there (mounted noexec?), or this machine is no @TARGET@"
}

# Removes what older versions unpacked, but for the latest of them: it may be running, or be wanted back.
forget_old() {
  # shellcheck disable=SC2012 # the names are ours: version and hash
  ls -1td -- "${dir%/*}"/*-????????????????/ 2>/dev/null | {
    kept=
    while read -r old; do
      [ "$old" = "$dir/" ] && continue
      [ -n "$kept" ] && own_folder "$old" && [ "$folder/" = "$old" ] && rm -rf -- "$old" # no link
      kept=$old
    done
  }
  return 0
}

space_in() {
  df -Pk -- "$1" 2>/dev/null | awk 'NR == 2 { printf "%d MB", $4 / 1024 }'
}

become_program() {
  umask "$mask"
  cache=$dir/code
@LAUNCH@
}

for place in "${XDG_CACHE_HOME-}" "${HOME:+$HOME/.cache}" /var/cache; do
  case $place in
    /*) ;;
    *) continue ;; # unset, or relative, which the XDG specification says to ignore
  esac
  own_folder "$place/hookline/@KEY@" || {
    refuse "$place: $why"
    continue
  }
  dir=$folder
  is_whole || unpack || continue
  become_program "$@"
done

fail "there is no place to unpack to; set XDG_CACHE_HOME to a folder of yours with $space_needed free that programs can be run from.$refused"
