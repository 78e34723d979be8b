#!/bin/bash
# After the notebooks are copied: put the log beside them, readable by the participant.
set -euo pipefail

cp "$stddir/.wkshp-bash/visits.log" "$stddir/$ws/visits.log"
chmod 0644 "$stddir/$ws/visits.log"
