// SPDX-License-Identifier: GPL-2.0-or-later
#include "drive/memory_tiers.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/fsio.h"

#define TIERING "sys/devices/virtual/memory_tiering"
#define NODES "sys/devices/system/node/"

/* Sets the members of "0-1,3". What is no such list has none. */
static void set_nodes(const char *list, bool set[MEMORY_TIERS_MAX_NODES])
{
	char *end;

	for (const char *at = list; *at;) {
		unsigned long first = strtoul(at, &end, 10), last = first;

		if (end == at)
			return;
		if (*end == '-')
			last = strtoul(end + 1, &end, 10);
		for (unsigned long n = first; n <= last && n < MEMORY_TIERS_MAX_NODES; n++)
			set[n] = true;
		if (*end != ',')
			return;
		at = end + 1;
	}
}

static bool is_empty(const bool set[MEMORY_TIERS_MAX_NODES])
{
	for (size_t n = 0; n < MEMORY_TIERS_MAX_NODES; n++)
		if (set[n])
			return false;
	return true;
}

struct tiers {
	struct fsio *fs;
	struct memory_tiers *found;
	unsigned int top; /* the number of the fastest so far */
	bool has_top;
};

/* The lower the number, the faster its nodes. */
static int add_tier(void *context, const char *name)
{
	struct tiers *t = context;
	bool nodes[MEMORY_TIERS_MAX_NODES] = {false};
	unsigned int number;
	char list[1024], rest;

	if (sscanf(name, "memory_tier%u%c", &number, &rest) != 1 ||
	    fsio_read_text(t->fs, list, sizeof(list), TIERING "/%s/nodelist", name) <= 0)
		return 0;
	set_nodes(list, nodes);
	if (is_empty(nodes))
		return 0;
	for (size_t n = 0; n < MEMORY_TIERS_MAX_NODES && t->has_top && number < t->top; n++) {
		t->found->is_lower[n] |= t->found->is_top[n];
		t->found->is_top[n] = false;
	}
	for (size_t n = 0; n < MEMORY_TIERS_MAX_NODES; n++)
		*(t->has_top && number > t->top ? &t->found->is_lower[n] : &t->found->is_top[n]) |=
			nodes[n];
	if (!t->has_top || number < t->top)
		t->top = number;
	t->has_top = true;
	return 0;
}

static void divide_by_cpus(struct fsio *fs, struct memory_tiers *found)
{
	bool has_cpu[MEMORY_TIERS_MAX_NODES] = {false},
	     has_memory[MEMORY_TIERS_MAX_NODES] = {false};
	char list[1024];

	if (fsio_read_text(fs, list, sizeof(list), NODES "has_cpu") > 0)
		set_nodes(list, has_cpu);
	if (fsio_read_text(fs, list, sizeof(list), NODES "has_memory") > 0)
		set_nodes(list, has_memory);
	for (size_t n = 0; n < MEMORY_TIERS_MAX_NODES; n++) {
		found->is_top[n] = has_memory[n] && has_cpu[n];
		found->is_lower[n] = has_memory[n] && !has_cpu[n];
	}
}

int memory_tiers_read(struct fsio *fs, struct memory_tiers *ret, struct err *e)
{
	struct tiers t = {.fs = fs, .found = ret};
	bool has_tiers = fsio_exists(fs, TIERING);

	*ret = (struct memory_tiers){0};
	if (has_tiers)
		(void)fsio_list(fs, TIERING, add_tier, &t);
	else
		divide_by_cpus(fs, ret);
	if (is_empty(ret->is_lower) || is_empty(ret->is_top))
		return err_set(e, -EOPNOTSUPP, "there is no slower memory to demote pages to: %s",
			       has_tiers ? "all nodes are in one tier of /" TIERING
					 : "every node with memory has CPUs");
	while (!ret->is_top[ret->first_top])
		ret->first_top++;
	return 0;
}
