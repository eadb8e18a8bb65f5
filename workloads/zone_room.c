// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/zone_room.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"

struct zone {
	uint64_t node, free, high, spanned, start;
};

/* The number that follows @word at the line's beginning; false when there is none. */
static bool number_after(const char *line, const char *word, uint64_t *ret_value)
{
	size_t length = strlen(word);
	char *end;

	line += strspn(line, " ");
	if (strncmp(line, word, length) != 0)
		return false;
	line += length + strspn(line + length, " ");
	if (!isdigit((unsigned char)*line))
		return false;
	*ret_value = strtoull(line, &end, 10);
	return true;
}

/*
 * One line. The per-CPU lists further down have a "high:" of their own, with a colon. True at the
 * zone's last line of interest (mm/vmstat.c:zoneinfo_show_print: start_pfn ends it, 4.18 to 7.x).
 */
static bool take_line(struct zone *z, const char *line)
{
	uint64_t node;

	if (number_after(line, "Node", &node))
		*z = (struct zone){.node = node};
	else if (number_after(line, "pages free", &z->free) ||
		 number_after(line, "high", &z->high) || number_after(line, "spanned", &z->spanned))
		return false;
	return number_after(line, "start_pfn:", &z->start);
}

bool zone_room_find(const char *zoneinfo, int node, uint64_t frame, struct zone_room *ret_room)
{
	struct zone z = {.node = UINT64_MAX};
	bool is_found = false;

	for (const char *line = zoneinfo; line && *line;) {
		const char *end = strchr(line, '\n');

		/*
		 * Zones may span each other's frames; Movable comes last of those that a block
		 * can be in, and is what is tested: the last one wins.
		 */
		if (take_line(&z, line) && z.node == (uint64_t)node && frame >= z.start &&
		    frame - z.start < z.spanned) {
			*ret_room = (struct zone_room){
				.first_frame = z.start,
				.n_frames = z.spanned,
				.pages = z.free > z.high ? z.free - z.high : 0,
			};
			is_found = true;
		}
		line = end ? end + 1 : NULL;
	}
	return is_found;
}

bool zone_room_read(int node, uint64_t frame, struct zone_room *ret_room)
{
	cleanup_free char *text = NULL;
	size_t length;

	return file_read_all("/proc/zoneinfo", &text, &length, NULL) == 0 &&
	       zone_room_find(text, node, frame, ret_room);
}
