#!/bin/sh
# The Debian package under a real systemd: installed, reloaded, misconfigured, killed, stopped, upgraded, removed, purged.
#   deno task deb && deno task service-life    as root on Debian, with systemd-container and debootstrap; three minutes
# Nothing of it touches this machine's own systemd: it is a container with a network of its own.
set -u
cd "$(dirname "$0")/../.." || exit 1
package=$(ls "$PWD"/dist/hookline_*_"$(dpkg --print-architecture)".deb) || exit 1
work=$(mktemp -d)
root=$work/root
failed=0

finish() {
  # shellcheck disable=SC2046 # one process id
  kill $(pgrep -f "systemd-nspawn.*$root") 2>/dev/null
  wait
  rm -rf "$work"
}
trap finish EXIT

# $1 what should be; the rest is a command that shows it.
check() {
  what=$1
  shift
  if said=$("$@" 2>&1); then echo "ok      $what"; else
    echo "FAILED  $what: $said"
    failed=1
  fi
}

inside() {
  nsenter -t "$init" -m -u -i -n -p -C env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root SYSTEMD_PAGER= "$@"
}

# $1 seconds at most; the rest is a command that is to succeed within them.
within() {
  seconds=$1
  shift
  while ! "$@" >/dev/null 2>&1; do
    [ "$seconds" -gt 0 ] || return 1
    seconds=$((seconds - 1))
    sleep 1
  done
}

active() { [ "$(inside systemctl show -P ActiveState hookline)" = active ]; }
restarts() { inside systemctl show -P NRestarts hookline; }
pid() { inside systemctl show -P MainPID hookline; }
publish() { inside mosquitto_pub -h 127.0.0.1 -p "$1" -t service/life -m "$2" -q 1; }
logged() { inside grep -q "\"payload\":\"$(printf %s "$1" | base64)\"" /var/log/hookline/hook.log; }
own_user() { [ "$(stat -c %u "/proc/$(pgrep -of /usr/lib/hookline/hookline)")" -gt 60000 ]; }
code_kept() { ls "$root"/var/cache/private/hookline/code-*/v8_code_cache*; }
tokens_are_roots() { [ "$(inside stat -c '%a %U:%G' /etc/hookline/environment)" = "600 root:root" ]; }
cannot_reload() { ! inside systemctl reload hookline; }
failed_for_good() { [ "$(restarts)" = 0 ] && [ "$(inside systemctl show -P ActiveState hookline)" = failed ]; }
restarted_since() { [ "$(restarts)" -gt "$1" ]; }
gone() { ! pgrep -f /usr/lib/hookline/hookline; }
config() { inside sed -i "$1" /etc/hookline/hookline.toml; }

echo "Making the container (debootstrap)"
debootstrap --variant=minbase --include=systemd,systemd-sysv,dbus,iproute2,mosquitto-clients,logrotate \
  "$(. /etc/os-release && echo "$VERSION_CODENAME")" "$root" >"$work/debootstrap.log" 2>&1 || {
  tail "$work/debootstrap.log"
  exit 1
}
cp "$package" "$root/root/old.deb"
dpkg-deb -R "$package" "$work/newer"
sed -i 's/^Version: .*/&+newer/' "$work/newer/DEBIAN/control"
dpkg-deb --root-owner-group -Znone --build "$work/newer" "$root/root/new.deb" >/dev/null
systemd-nspawn -q -D "$root" --boot --machine=hookline-life --register=no --keep-unit --private-network \
  >"$work/boot.log" 2>&1 </dev/null &
booted() {
  init=$(pgrep -P "$(pgrep -f "^systemd-nspawn.*$root" | head -1)" | head -1)
  inside ip link set lo up && inside systemctl is-active multi-user.target
}
within 60 booted || { tail "$work/boot.log"; exit 1; }

inside dpkg -i /root/old.deb >"$work/dpkg.log" 2>&1
check "the installation enables and starts the service" within 10 active
check "a message is acknowledged" publish 1883 first
check "and logged in /var/log/hookline" logged first
check "it runs as a user of its own" own_user
check "V8's compiled code is kept in its cache folder" code_kept
check "the file for tokens is root's alone" tokens_are_roots

config 's/^addr = .*/addr = "0.0.0.0:883"/'
check "a reload takes effect" inside systemctl reload hookline
check "on a port below 1024" within 5 publish 883 second
config '$a bogus = 1'
check "a reload with an error in the configuration fails" cannot_reload
check "and the service goes on" publish 883 third
inside systemctl restart hookline >/dev/null 2>&1
sleep 6 # three times RestartSec
check "a start with that error fails and is not tried again" failed_for_good
config '/^bogus/d'
inside systemctl start hookline
check "and works once it is mended" within 5 publish 883 fourth

inside logrotate -f /usr/share/doc/hookline/examples/logrotate
check "after logrotate lines go to the new file" publish 883 rotated
check "which has them" logged rotated
inside systemctl kill -s KILL hookline
check "it is started again after a SIGKILL" within 10 publish 883 killed
before=$(restarts)
inside sh -c "kill -STOP $(pid)" # no kill program there
check "the watchdog ends one that hangs, within WatchdogSec=" within 45 restarted_since "$before"
check "and it serves again" within 10 publish 883 watched

config '$a # mine'
inside dpkg --force-confold -i /root/new.deb >>"$work/dpkg.log" 2>&1
check "an upgrade restarts it" within 10 publish 883 upgraded
check "and keeps the configuration" inside grep -qx '# mine' /etc/hookline/hookline.toml
inside dpkg -r hookline >>"$work/dpkg.log" 2>&1
check "a removal stops it" gone
check "and keeps its lines" logged upgraded
inside dpkg -P hookline >>"$work/dpkg.log" 2>&1
left=$(find "$root/etc" "$root/usr" "$root/lib/systemd" "$root/var" -name '*hookline*' ! -path '*/journal/*')
check "a purge leaves nothing" [ -z "$left" ]
[ "$failed" = 0 ] || cat "$work/dpkg.log"
exit "$failed"
