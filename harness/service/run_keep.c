// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Settings that a run does not change, but what it does has the kernel change them. They are on
 * record before anything happens, and put back last:
 *
 * - offlining a block dissolves the free huge pages in it, and the pool is smaller from then on
 *   (mm/hugetlb.c: dissolve_free_huge_pages(), from mm/memory_hotplug.c: offline_pages());
 * - memory that comes online or goes has the kernel choose its reserves again
 *   (mm/page_alloc.c: init_per_zone_wmark_min(), mm/mmap.c: reserve_mem_notifier()).
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/fsio.h"
#include "base/memory.h"
#include "service/run.h"

#define NODES "sys/devices/system/node"

struct pools {
	struct run *run;
	const char *node;
	int error;
	struct err *e;
};

static int keep(struct run *run, const char *path, struct err *e)
{
	struct setting *s = &run->settings[run->n_settings];
	int r;

	if (run->n_settings == ARRAY_SIZE(run->settings))
		return err_set(e, -E2BIG, "%s: no room for a further setting", path);
	r = setting_keep(&run->fs, s, path, e);
	if (r <= 0)
		return r;
	r = record_setting(run->recorder, s->path, s->old_value, s->new_value);
	if (r < 0)
		return err_errno(e, r, "/%s: what it is cannot be put on disk", path);
	run->n_settings++;
	return 0;
}

static int keep_pool(void *context, const char *name)
{
	struct pools *p = context;
	cleanup_free char *path =
		memory_format(NODES "/%s/hugepages/%s/nr_hugepages", p->node, name);
	uint64_t pages;

	if (strncmp(name, "hugepages-", strlen("hugepages-")) != 0 ||
	    fsio_read_u64(&p->run->fs, &pages, 10, "%s", path) < 0 || pages == 0)
		return 0;
	p->error = keep(p->run, path, p->e);
	return p->error < 0;
}

static int keep_pools(struct run *run, struct err *e)
{
	struct pools p = {.run = run, .e = e};

	for (size_t i = 0; i < run->topology.n_nodes && p.error == 0; i++) {
		cleanup_free char *node = memory_format("node%u", run->topology.nodes[i].id);
		cleanup_free char *folder = memory_format(NODES "/%s/hugepages", node);

		p.node = node;
		(void)fsio_list(&run->fs, folder, keep_pool, &p);
	}
	return p.error;
}

int run_keep_settings(struct run *run, struct err *e)
{
	static const char *const reserves[] = {
		"proc/sys/vm/min_free_kbytes",
		"proc/sys/vm/user_reserve_kbytes",
		"proc/sys/vm/admin_reserve_kbytes",
	};
	int r = 0;

	if (!run->profile.has_offline)
		return 0;
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(reserves); i++)
		r = keep(run, reserves[i], e);
	return r < 0 ? r : keep_pools(run, e);
}
