#!/bin/sh
# usage: guard.sh PID_FILE INSTANCE. Our stdin is a pipe whose other end only the runner holds: it closes however the
# runner dies, kill -9 included. Then the workerd it left behind is killed, so that nothing keeps the port or the data.

end_runtime() { # only a process whose environment names our instance: ids are reused
  if [ -r "/proc/$1/environ" ]; then
    environment=$(tr '\0' '\n' <"/proc/$1/environ")
  else
    environment=$(ps eww -o command= -p "$1" 2>/dev/null)
  fi
  case $environment in *"POSTHORN_INSTANCE=$2"*) kill -9 "$1" ;; esac
}

# The runner names each workerd it starts; the data directory, and the file in it, may be deleted before we wake.
pid=
while read -r line; do pid=$line; done
[ -n "$pid" ] && end_runtime "$pid" "$2"

# The runner may have died between starting workerd and naming it: look for a second for what workerd.sh wrote.
for _ in 1 2 3 4 5 6 7 8 9 10; do
  if pid=$(cat "$1" 2>/dev/null); then
    end_runtime "$pid" "$2"
    exit 0
  fi
  sleep 0.1
done
