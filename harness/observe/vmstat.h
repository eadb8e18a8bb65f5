/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /proc/vmstat, the counters of migration and of reclaim that it had to wait for only; a counter that the kernel has not is unknown. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct err;
struct fsio;

/* One table of names for reading, differences and reports. */
#define VMSTAT_NAMES(X)                                                                            \
	X(pgmigrate_success) X(pgmigrate_fail)                                                     \
	X(thp_migration_success) X(thp_migration_fail) X(thp_migration_split)                      \
	X(numa_hint_faults) X(numa_hint_faults_local) X(numa_pages_migrated)                       \
	X(compact_migrate_scanned) X(compact_success) X(compact_fail)                              \
	X(pgpromote_success) X(pgdemote_kswapd) X(pgdemote_direct)                                 \
	X(pgdemote_khugepaged) X(pgdemote_proactive)                                               \
	X(allocstall_normal) X(allocstall_movable) X(pgsteal_direct) X(pswpout)

enum vmstat_name {
#define X(name) VMSTAT_##name,
	VMSTAT_NAMES(X)
#undef X
		VMSTAT_MAX,
};
extern const char *const vmstat_names[VMSTAT_MAX];

struct vmstat {
	bool known[VMSTAT_MAX];
	uint64_t value[VMSTAT_MAX];
};

int vmstat_read(struct fsio *fs, struct vmstat *v, struct err *e);
/* later - earlier, known where both are and it went up. */
void vmstat_difference(const struct vmstat *later, const struct vmstat *earlier,
		       struct vmstat *ret);
