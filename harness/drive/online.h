/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the offline driver and the tests need beside drive_online(): a cycle that reads no more
 * than it must (an empty block goes and comes in 4 ms; each file read costs a hundredth of that),
 * and a patience that does not last for minutes.
 */
#pragma once

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

#include "drive/drive.h"

struct fsio;

struct online_patience {
	uint32_t writes;	   /* at most */
	uint64_t retry_ns;	   /* between two of them */
	uint64_t going_offline_ns; /* for another actor's offline to end */
	uint64_t poll_ns;
};

void drive_online_with(struct fsio *fs, uint32_t block, enum zone zone,
		       const struct online_patience *patience, struct online_event *ret_event);

/*
 * As drive_online(), for a block that the driver itself took. @state: as just read, or
 * BLOCK_STATE_UNKNOWN.
 */
void drive_undo_offline(struct fsio *fs, const struct plan_block *target, uint64_t attempt,
			enum block_state state, struct online_event *ret_event);

/* The errnos (positive) of a block's folder that is not there, and of one taken away while it is read. */
static inline bool drive_means_gone(int error)
{
	return error == ENOENT || error == ENODEV;
}

/* The state alone; 0 or a negative errno. */
int drive_read_state(struct fsio *fs, uint32_t block, enum block_state *ret_state);

/*
 * State and, when it is online, the zone (which is then the only word of valid_zones). Unlike
 * topology_read_block() it does not search the block's folder for its node, which is as dear as
 * both files: @ret_block's node is left alone.
 */
int drive_read_block(struct fsio *fs, uint32_t block, struct topology_block *ret_block);
