#!/bin/bash
# When the session is over: the log has done its duty. The home itself is erased by the engine.
set -euo pipefail

rm -rf -- "$stddir/.wkshp-bash"
