/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How much of a zone may be taken without waking its reclaim, from /proc/zoneinfo. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct zone_room {
	uint64_t first_frame, n_frames; /* what the zone spans */
	uint64_t pages;			/* free, above the high watermark */
};

/* The zone of @node that spans @frame; false when @zoneinfo (the file's text) shows none. */
bool zone_room_find(const char *zoneinfo, int node, uint64_t frame, struct zone_room *ret_room);

/* The same, from the running kernel. */
bool zone_room_read(int node, uint64_t frame, struct zone_room *ret_room);
