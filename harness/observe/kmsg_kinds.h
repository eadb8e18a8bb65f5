/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kinds of trouble that a kernel's log tells of; the report's schema has the same list. */
#pragma once

enum kmsg_kind {
	KMSG_SOFT_LOCKUP,
	KMSG_HARD_LOCKUP,
	KMSG_RCU_STALL,
	KMSG_HUNG_TASK,
	KMSG_WORKQUEUE_LOCKUP,
	KMSG_SPINLOCK_LOCKUP,
	KMSG_KERNEL_BUG,
	KMSG_OOPS,
	KMSG_BAD_PAGE,
	KMSG_LIST_CORRUPTION,
	KMSG_KASAN,
	KMSG_KCSAN,
	KMSG_KMSAN,
	KMSG_UBSAN,
	KMSG_LOCKDEP,
	KMSG_ATOMIC_SLEEP,
	KMSG_WARNING,
	KMSG_PANIC,
	KMSG_OOM_KILL,
	KMSG_MEMORY_LEAK,
	KMSG_MIGRATION_FAILURE,
	KMSG_UNMOVABLE_PAGE,
	KMSG_MEMORY_FAILURE,
	KMSG_OTHER,
	KMSG_MAX_KIND,
};

const char *kmsg_kind_name(enum kmsg_kind kind); /* "soft_lockup" */
