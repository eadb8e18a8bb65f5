/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A report's blocks, of the topology and of the attempts, in 48 bytes each: there may be 65,536. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct report;

enum block_fate { /* the later ones are more worth seeing */
	FATE_FIXED,  /* it cannot go offline */
	FATE_FREE,   /* it could, and was not tried */
	FATE_DONE,   /* every attempt took it offline */
	FATE_FAILED, /* the kernel refused at least once */
	FATE_CUT,    /* at least one attempt had to be ended */
};

struct block_cell {
	uint64_t id;
	int64_t node; /* -1: not told */
	uint64_t attempts, succeeded, censored;
	enum block_fate fate;
};

struct block_list {
	struct block_cell *cells; /* by node, then by id; owned */
	size_t n;
};

void block_list_read(const struct report *report, struct block_list *ret);
void block_list_done(struct block_list *list);
