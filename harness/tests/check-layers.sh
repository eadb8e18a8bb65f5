#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Who may include whom: the rooms of the house, as harness/docs/ARCHITECTURE.md draws them.
# Prints each #include that breaks the rule; ends 1 when there is one.
set -eu
cd "$(dirname "$0")/../.."

git ls-files --cached --others --exclude-standard '*.c' '*.h' | while read -r file; do
	grep -n '^#include "' "$file" /dev/null || true
done | awk -F: '
function room(path,    parts) {
	split(path, parts, "/")
	if (path ~ /^harness\//)
		return parts[2]
	return parts[1]
}
BEGIN {
	# room: the rooms that it may include besides itself
	may["base"] = ""
	may["topology"] = "base"
	may["plan"] = "base topology"
	may["drive"] = "base topology plan"
	may["workers"] = "base topology plan workloads"
	may["observe"] = "base topology plan"
	may["record"] = "base topology plan drive workers observe"
	may["workloads"] = "base"
	may["reports"] = "base record"
	may["service"] = "base topology plan drive workers observe record reports"
	may["cli"] = "base topology plan observe record reports service"
	may["lab"] = "base"
	may["tests"] = "base topology plan drive workers observe record workloads reports service cli lab"
	# of a room, only these headers from outside
	only["reports", "record"] = "record/journal.h"
	only["workers", "workloads"] = "workloads/shared.h workloads/placer_protocol.h"
}
{
	file = $1
	match($0, /"[^"]*"/)
	included = substr($0, RSTART + 1, RLENGTH - 2)
	from = room(file)
	split(included, parts, "/")
	to = parts[1]
	lines++
	if (included !~ /\//) {
		printf "%s:%s: \"%s\" has no room: write \"room/%s\"\n", file, $2, included, included
		bad++
		next
	}
	if (from == to)
		next
	allowed = 0
	n = split(may[from], list, " ")
	for (i = 1; i <= n; i++)
		if (list[i] == to)
			allowed = 1
	if (allowed && ((from, to) in only)) {
		allowed = 0
		n = split(only[from, to], list, " ")
		for (i = 1; i <= n; i++)
			if (list[i] == included)
				allowed = 1
	}
	if (!allowed) {
		printf "%s:%s: %s may not include \"%s\"\n", file, $2, from, included
		bad++
	}
}
END {
	if (lines == 0) {
		print "check-layers: no #include seen: wrong folder?"
		exit 1
	}
	if (bad)
		exit 1
	printf "check-layers: %d includes, all as they should be\n", lines
}'
