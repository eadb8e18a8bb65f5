/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A run's run.json: the parts that a report takes over, checked and without what it does not
 * know; the long arrays (blocks) are never held as a tree.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct err;
struct jsonw;

struct run_file {
	struct jsonw *document; /* without topology.blocks, plan.blocks and plan.refused; owned */
	char *blocks;		/* the report's topology.blocks as JSON text, "[]": none; owned */
	size_t blocks_length;
	uint64_t planned_blocks, refused_blocks; /* elements of plan.blocks and plan.refused */
};

int run_file_read(const char *path, struct run_file *ret_run, struct err *e);
void run_file_done(struct run_file *run);

/* The report's sections; each a new object, owned by the caller. */
struct jsonw *run_file_host(const struct run_file *run);
struct jsonw *run_file_kernel(const struct run_file *run);
struct jsonw *run_file_topology(const struct run_file *run);
