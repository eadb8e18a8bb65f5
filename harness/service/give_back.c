// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/give_back.h"

#include <stdio.h>

#include "base/fsio.h"
#include "drive/poison.h"
#include "record/record_poison.h"

#define NODES "sys/devices/system/node"

void give_back_frames(struct fsio *fs, struct recorder *recorder, const uint64_t *frames, size_t n,
		      struct given_back *ret)
{
	struct poison_kernel kernel;

	*ret = (struct given_back){0};
	poison_kernel_init(&kernel, fs);
	for (size_t i = 0; i < n; i++) {
		int r = poison_undo(&kernel, frames[i]);

		if (recorder)
			record_unpoison(recorder, frames[i], r < 0 ? r : 0);
		if (r > 0)
			ret->frames++;
		if (r >= 0)
			continue;
		if (ret->left++ == 0) {
			ret->error = r;
			ret->example = frames[i];
		}
	}
}

struct failures {
	struct fsio *fs;
	struct record_poison *now;
};

static int add_node(void *context, const char *name)
{
	const struct failures *f = context;
	unsigned int node;
	uint64_t total;
	char rest;

	if (sscanf(name, "node%u%c", &node, &rest) != 1 ||
	    fsio_read_u64(f->fs, &total, 10, NODES "/node%u/memory_failure/total", node) < 0)
		return 0;
	f->now->knows_memory_failures = true;
	f->now->memory_failures += total;
	return 0;
}

void give_back_count(struct fsio *fs, struct record_poison *ret_now)
{
	struct failures f = {.fs = fs, .now = ret_now};
	struct poison_kernel kernel;

	*ret_now = (struct record_poison){0};
	poison_kernel_init(&kernel, fs);
	ret_now->knows_corrupted = kernel.corrupted(&kernel, &ret_now->corrupted_bytes) == 0;
	(void)fsio_list(fs, NODES, add_node, &f);
}
