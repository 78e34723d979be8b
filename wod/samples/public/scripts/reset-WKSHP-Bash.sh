#!/bin/bash
# When the seat is given to somebody else: leave nothing of the one before.
set -euo pipefail

rm -rf -- "$stddir/.wkshp-bash" "${stddir:?}/$ws"
