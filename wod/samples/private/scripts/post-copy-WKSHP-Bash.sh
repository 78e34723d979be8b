#!/bin/bash
# A private hook of a public workshop: it runs after the public one of the same name, and adds our own page to the log.
set -euo pipefail

echo "192.0.2.250 23:59:59 /internal 200 1024" >> "$stddir/$ws/visits.log"
