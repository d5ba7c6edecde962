# Makes the folder $1 where it is missing and puts its name, links followed, into $folder. What lies there is going to
# be run, so every folder and link on the way is this user's or root's, and nobody else can write to one but for those
# with the sticky bit; the folder itself is this user's alone. Else it fails, and $why says what is wrong.
own_folder() {
  folder= left=$1/ links=0 me=$(id -u)
  while [ -n "$left" ]; do
    name=${left%%/*} left=${left#*/}
    case $name in
      '' | .) continue ;;
      ..)
        folder=${folder%/*}
        continue
        ;;
    esac
    at=$folder/$name
    # Another start may make it at the same time.
    [ -d "$at" ] || mkdir -- "$at" 2>/dev/null || [ -d "$at" ] || {
      why="$at cannot be made"
      return 1
    }
    # shellcheck disable=SC2012,SC2046 # the first three words of ls -n are fixed by POSIX; -d names no file inside
    set -- $(ls -ldn -- "$at" 2>/dev/null)
    [ "${3-}" = "$me" ] || [ "${3-}" = 0 ] || {
      why="$at is somebody else's"
      return 1
    }
    case ${1-} in
      l*)
        links=$((links + 1))
        left=$(readlink -- "$at")/$left
        case $left in /*) folder= ;; esac
        [ "$links" -gt 40 ] && why="$at is one link too many" && return 1
        ;;
      d????-??-* | d????????[tT]*) folder=$at ;;
      *)
        why="others can write to $at"
        return 1
        ;;
    esac
  done
  case ${3-}${1-} in "$me"d????-??-*) return 0 ;; esac
  why="$folder is not this user's alone"
  return 1
}
