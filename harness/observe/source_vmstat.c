// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The last resort: pgmigrate_success and pgmigrate_fail of /proc/vmstat, which are everybody's
 * (compaction, NUMA balancing), final results only, and up to a second late (mm/vmstat.c folds
 * the CPUs' shares in every stat_interval).
 */
#include <errno.h>
#include <stdio.h>

#include "observe/source.h"

static int vmstat_open(struct observer *o, const char *group, char why[OBSERVER_WHY_SIZE])
{
	(void)group;
	if (vmstat_read(o->fs, &o->start, NULL) == 0 && o->start.known[VMSTAT_pgmigrate_success])
		return 0;
	(void)snprintf(why, OBSERVER_WHY_SIZE,
		       "/proc/vmstat has no pgmigrate_success (CONFIG_MIGRATION)");
	return -EOPNOTSUPP;
}

static void vmstat_close(struct observer *o)
{
	(void)o;
}

static void vmstat_read_total(struct observer *o, struct migration_counts *ret)
{
	struct vmstat now, since;

	if (vmstat_read(o->fs, &now, NULL) < 0)
		return;
	vmstat_difference(&now, &o->start, &since);
	ret->migrated_pages = (struct measured){since.known[VMSTAT_pgmigrate_success],
						since.value[VMSTAT_pgmigrate_success]};
	ret->failed_pages = (struct measured){since.known[VMSTAT_pgmigrate_fail],
					      since.value[VMSTAT_pgmigrate_fail]};
}

const struct source_ops source_vmstat = {
	.open = vmstat_open,
	.close = vmstat_close,
	.read_total = vmstat_read_total,
};
