// SPDX-License-Identifier: GPL-2.0-or-later
#include "drive/online.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/fsio.h"

/*
 * An offline that was told to end still walks the rest of its block: 174 s was seen, so
 * "memsoak restore" right after a SIGKILL may meet one that takes that long.
 */
static const struct online_patience default_patience = {
	.writes = 5,
	.retry_ns = 100 * NS_PER_MS,
	.going_offline_ns = 240 * NS_PER_S,
	.poll_ns = 50 * NS_PER_MS,
};

int drive_read_state(struct fsio *fs, uint32_t block, enum block_state *ret_state)
{
	char text[32];
	ssize_t n = fsio_read_text(fs, text, sizeof(text),
				   "sys/devices/system/memory/memory%u/state", block);

	*ret_state = BLOCK_STATE_UNKNOWN;
	if (n < 0)
		return (int)n;
	for (unsigned int s = BLOCK_STATE_UNKNOWN + 1; s < BLOCK_STATE_MAX; s++)
		if (strcmp(text, block_state_name((enum block_state)s)) == 0)
			*ret_state = (enum block_state)s;
	return 0;
}

int drive_read_block(struct fsio *fs, uint32_t block, struct topology_block *ret_block)
{
	char text[64];
	enum block_state state;
	ssize_t n;
	int r = drive_read_state(fs, block, &state);

	ret_block->id = block;
	ret_block->state = (uint8_t)state;
	ret_block->n_zones = 0;
	if (r < 0 || state != BLOCK_ONLINE)
		return r;
	n = fsio_read_text(fs, text, sizeof(text), "sys/devices/system/memory/memory%u/valid_zones",
			   block);
	if (n > 0)
		ret_block->zones[ret_block->n_zones++] = (uint8_t)zone_parse(text, (size_t)n);
	return 0;
}

/* Reads the block into the event, its node once; 0 or a negative errno. */
static int look(struct fsio *fs, struct online_event *event)
{
	struct topology_block block = {.node = -1};
	bool wants_node = event->node == UINT32_MAX;
	int r;

	r = wants_node ? topology_read_block(fs, event->block, &block)
		       : drive_read_block(fs, event->block, &block);
	event->state_after = BLOCK_STATE_UNKNOWN;
	event->zone_after = ZONE_UNKNOWN;
	if (r < 0)
		return r;
	event->state_after = (enum block_state)block.state;
	if (block.state == BLOCK_ONLINE && block.n_zones > 0)
		event->zone_after = (enum zone)block.zones[0];
	if (wants_node && block.node >= 0)
		event->node = (uint32_t)block.node;
	return 0;
}

/*
 * Somebody else's offline of this block: writing now would only queue behind it in the kernel,
 * where nothing can end the wait.
 */
static int look_when_settled(struct fsio *fs, const struct online_patience *patience,
			     struct online_event *event)
{
	uint64_t until_ns = clock_monotonic_ns() + patience->going_offline_ns;
	int r;

	for (;;) {
		r = look(fs, event);
		if (r < 0 || event->state_after != BLOCK_GOING_OFFLINE ||
		    clock_monotonic_ns() >= until_ns)
			return r;
		(void)clock_sleep_ns(patience->poll_ns);
	}
}

/* @event has block, node, zone_wanted and state_after; BLOCK_STATE_UNKNOWN: look first. */
static void bring_online(struct fsio *fs, const struct online_patience *patience,
			 struct online_event *event)
{
	/* A captured tree is plain files: what is written is what will be read. */
	const char *keyword = fs->is_real_root ? zone_online_keyword(event->zone_wanted) : "online";
	bool has_looked = event->state_after != BLOCK_STATE_UNKNOWN;
	uint32_t tries;
	int r = 0;

	event->start_ns = clock_monotonic_ns();
	for (tries = 0;; tries++) {
		if (event->error)
			(void)clock_sleep_ns(patience->retry_ns);
		if (!has_looked)
			r = look_when_settled(fs, patience, event);
		has_looked = false;
		if (r < 0)
			event->error = -r;
		/* Offline, or a word that this program does not know, is told to come online. */
		if (drive_means_gone(-r) || tries == patience->writes ||
		    event->state_after == BLOCK_ONLINE || event->state_after == BLOCK_GOING_OFFLINE)
			break;
		if (r < 0)
			continue;
		event->error = -fsio_write_text(
			fs, keyword, "sys/devices/system/memory/memory%u/state", event->block);
		event->writes++;
	}
	event->is_gone = drive_means_gone(-r);
	if (event->state_after == BLOCK_ONLINE)
		event->error = 0;
	else if (event->state_after == BLOCK_GOING_OFFLINE && !event->error)
		event->error = EBUSY;
	event->restored =
		event->state_after == BLOCK_ONLINE && event->zone_after == event->zone_wanted;
	event->wall_ns = clock_monotonic_ns() - event->start_ns;
}

void drive_online_with(struct fsio *fs, uint32_t block, enum zone zone,
		       const struct online_patience *patience, struct online_event *ret_event)
{
	*ret_event = (struct online_event){
		.attempt = UINT64_MAX,
		.block = block,
		.node = UINT32_MAX,
		.zone_wanted = zone,
	};
	bring_online(fs, patience, ret_event);
}

void drive_online(struct fsio *fs, uint32_t block, enum zone zone, struct online_event *ret_event)
{
	drive_online_with(fs, block, zone, &default_patience, ret_event);
}

void drive_undo_offline(struct fsio *fs, const struct plan_block *target, uint64_t attempt,
			enum block_state state, struct online_event *ret_event)
{
	*ret_event = (struct online_event){
		.attempt = attempt,
		.block = target->id,
		.node = target->node,
		.zone_wanted = target->zone,
		.state_after = state,
	};
	bring_online(fs, &default_patience, ret_event);
}
