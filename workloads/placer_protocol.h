/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the daemon and the placer say to each other over a SOCK_SEQPACKET pair: a request, then
 * its targets in packets of at most PLACER_PACKET_TARGETS; one answer. One request at a time.
 */
#pragma once

#include <stdint.h>

#define PLACER_MAGIC 0x706c6163 /* "plac" */
#define PLACER_PACKET_TARGETS 1024
#define PLACER_MAX_TARGETS 65536
#define PLACER_NO_NODE (-1)

enum placer_task {
	PLACER_WHERE, /* count the pages whose frames lie in the range */
	PLACER_PLACE, /* put the pages into frames of the range */
	PLACER_HOME,  /* put the pages on their home nodes */
	PLACER_TASKS,
};

struct placer_request {
	uint32_t magic;
	uint32_t id; /* comes back in the answer: an answer that came too late is known by it */
	uint32_t task;
	uint32_t n_targets;
	uint64_t first_frame, n_frames; /* WHERE, PLACE: the block */
	int32_t node;			/* PLACE: the block's node */
	int32_t away_node;		/* PLACE: where a page waits for its seat; PLACER_NO_NODE */
	uint64_t budget_bytes;		/* PLACE: so much memory may be taken at a time */
	uint64_t budget_ns;		/* after so long the answer tells what there is */
};

struct placer_target { /* pages that follow each other in one process */
	int32_t pid;
	int32_t home_node; /* HOME; PLACER_NO_NODE: leave them */
	uint64_t address, count;
};

struct placer_answer {
	uint32_t magic;
	uint32_t id;
	int32_t error; /* negative errno; the counts below hold in any case */
	uint32_t reserved;
	uint64_t wanted;      /* pages of all targets */
	uint64_t in_range;    /* of them in the range at the end (WHERE, PLACE) */
	uint64_t moved;	      /* page moves that succeeded */
	uint64_t hoard_bytes; /* the most that was taken at a time */
	uint64_t elapsed_ns;
	char error_text[512];
};
