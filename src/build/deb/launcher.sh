#!/bin/sh
# Hookline @VERSION@: becomes the program in @DIR@, with the same process id.
set -u
dir=@DIR@

@OWN_FOLDER@
# For V8's compiled code: systemd's CacheDirectory=, or that of the user. Where there is none that nobody else can
# change, a start takes a little longer.
code_folder() {
  cache=/dev/null
  for place in "${CACHE_DIRECTORY-}" "${XDG_CACHE_HOME:+$XDG_CACHE_HOME/hookline}" "${HOME:+$HOME/.cache/hookline}"; do
    case $place in /*) ;; *) continue ;; esac
    own_folder "$place/code-@VERSION@" && cache=$folder && return
  done
}

mask=$(umask)
umask 077
code_folder
umask "$mask"
@LAUNCH@
