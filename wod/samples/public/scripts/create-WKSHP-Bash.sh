#!/bin/bash
# Before the notebooks are copied: make a web server's log for this participant, always the same one for the same student.
# Given by the engine: stdid (the student's number), stddir (the home), ws (the workshop's directory).
set -euo pipefail

data="$stddir/.wkshp-bash"
mkdir -p "$data"
awk -v seed="$stdid" 'BEGIN {
  srand(seed)
  split("/ /index.html /workshops /about /img/logo.png /missing /admin", path, " ")
  for (line = 0; line < 400; line++) {
    page = path[1 + int(rand() * 7)]
    status = page == "/missing" ? 404 : page == "/admin" ? 403 : 200
    # One address in 192.0.2.0/24 knocks at /admin, mostly at night; the others come all day.
    knocks = page == "/admin" && rand() < 0.8
    host = knocks ? 100 + seed % 100 : 1 + int(rand() * 40)
    hour = knocks ? 3 : int(line * 24 / 400)
    printf "192.0.2.%d %02d:%02d:%02d %s %d %d\n", host, hour, int(rand() * 60), int(rand() * 60), page, status, 200 + int(rand() * 5000)
  }
}' > "$data/visits.log"
