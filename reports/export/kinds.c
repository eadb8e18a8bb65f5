// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/export/kinds.h"

#include "base/cleanup.h"

const char *const lockup_kinds[] = {
	"soft_lockup",	  "hard_lockup",       "rcu_stall",	 "hung_task",
	"workqueue_lockup", "spinlock_lockup", "kernel_bug",	 "oops",
	"bad_page",	  "list_corruption",   "kasan",		 "kcsan",
	"kmsan",	  "ubsan",	       "lockdep",	 "atomic_sleep",
	"warning",	  "panic",	       "oom_kill",	 "memory_leak",
	"migration_failure", "unmovable_page", "memory_failure", "other",
};
const size_t n_lockup_kinds = ARRAY_SIZE(lockup_kinds);
