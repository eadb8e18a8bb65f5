// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/kmsg_kinds.h"

#include "base/cleanup.h"

static const char *const names[] = {
	[KMSG_SOFT_LOCKUP] = "soft_lockup",
	[KMSG_HARD_LOCKUP] = "hard_lockup",
	[KMSG_RCU_STALL] = "rcu_stall",
	[KMSG_HUNG_TASK] = "hung_task",
	[KMSG_WORKQUEUE_LOCKUP] = "workqueue_lockup",
	[KMSG_SPINLOCK_LOCKUP] = "spinlock_lockup",
	[KMSG_KERNEL_BUG] = "kernel_bug",
	[KMSG_OOPS] = "oops",
	[KMSG_BAD_PAGE] = "bad_page",
	[KMSG_LIST_CORRUPTION] = "list_corruption",
	[KMSG_KASAN] = "kasan",
	[KMSG_KCSAN] = "kcsan",
	[KMSG_KMSAN] = "kmsan",
	[KMSG_UBSAN] = "ubsan",
	[KMSG_LOCKDEP] = "lockdep",
	[KMSG_ATOMIC_SLEEP] = "atomic_sleep",
	[KMSG_WARNING] = "warning",
	[KMSG_PANIC] = "panic",
	[KMSG_OOM_KILL] = "oom_kill",
	[KMSG_MEMORY_LEAK] = "memory_leak",
	[KMSG_MIGRATION_FAILURE] = "migration_failure",
	[KMSG_UNMOVABLE_PAGE] = "unmovable_page",
	[KMSG_MEMORY_FAILURE] = "memory_failure",
	[KMSG_OTHER] = "other",
};
_Static_assert(ARRAY_SIZE(names) == KMSG_MAX_KIND, "one name for each kind");

const char *kmsg_kind_name(enum kmsg_kind kind)
{
	return (unsigned int)kind < KMSG_MAX_KIND ? names[kind] : "other";
}
