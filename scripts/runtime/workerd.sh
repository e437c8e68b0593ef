#!/bin/sh
# Stands in for the workerd binary: leaves its process id, which exec keeps, where the guard and the next start look
# for it. Without it nobody could tell an orphaned workerd from anybody else's process.
trap '' INT # Ctrl-C reaches the whole terminal group; the runner alone decides when workerd ends
echo $$ >"$POSTHORN_PID_FILE.new" && mv "$POSTHORN_PID_FILE.new" "$POSTHORN_PID_FILE" || exit 1
exec "$POSTHORN_WORKERD" "$@"
