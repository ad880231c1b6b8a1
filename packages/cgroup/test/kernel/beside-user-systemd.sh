#!/bin/sh
# Runs a command as a user beside that user's own systemd, with a /run that nobody else sees. For mount and PID namespaces of
# its own, so that all of it ends with this.
# Arguments: the user's id, a cgroup that is the user's with a cgroup init.scope in it, the command.
set -e
uid=$1 cgroup=$2
shift 2
mount -t tmpfs tmpfs /run
runtime=/run/user/$uid
mkdir -p "$runtime" /run/systemd/system
chown "$uid:$uid" "$runtime"
chmod 700 "$runtime"
echo 0 > "$cgroup/init.scope/cgroup.procs"
become() {
  setpriv --reuid "$uid" --regid "$uid" --clear-groups env -i \
    PATH="$PATH" HOME="$runtime" XDG_RUNTIME_DIR="$runtime" "$@"
}
become dbus-daemon --session --address="unix:path=$runtime/bus" --nofork --nopidfile &
bus=$!
while ! [ -S "$runtime/bus" ]; do kill -0 $bus; done
become env DBUS_SESSION_BUS_ADDRESS="unix:path=$runtime/bus" /lib/systemd/systemd --user --unit=basic.target >&2 &
systemd=$!
while ! become busctl --user status org.freedesktop.systemd1 > /dev/null 2>&1; do kill -0 $systemd; done
become "$@"
