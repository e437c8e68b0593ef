#!/bin/sh
# usage: guard.sh PID_FILE INSTANCE. Our stdin is a pipe whose other end only the runner holds: it closes however the
# runner dies, kill -9 included. Then the workerd it left behind is killed, so that nothing keeps the port or the data.
read -r _
# The runner may have died between starting workerd and workerd.sh writing its id: look for a second.
for _ in 1 2 3 4 5 6 7 8 9 10; do
  if pid=$(cat "$1" 2>/dev/null); then
    if [ -r "/proc/$pid/environ" ]; then
      environment=$(tr '\0' '\n' <"/proc/$pid/environ")
    else
      environment=$(ps eww -o command= -p "$pid" 2>/dev/null)
    fi
    case $environment in *"POSTHORN_INSTANCE=$2"*) kill -9 "$pid" ;; esac
    exit 0
  fi
  sleep 0.1
done
