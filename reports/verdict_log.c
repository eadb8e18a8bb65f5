// SPDX-License-Identifier: GPL-2.0-or-later
/* The rules on what the kernel says of itself: its log, and its taint. */
#include <inttypes.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "reports/tally.h"
#include "reports/verdict_rules.h"

#define TAINT_BAD_PAGE (1u << 5)
#define TAINT_DIE (1u << 7)
#define TAINT_SOFT_LOCKUP (1u << 14)

/*
 * What in the kernel's log fails a run. A slow guest under software emulation is late by itself
 * and so makes the first kind on a healthy kernel; nothing makes the second.
 */
static const char *const late_kinds[] = {
	"soft_lockup", "hard_lockup", "rcu_stall", "hung_task", "workqueue_lockup", "spinlock_lockup",
};
static const char *const broken_kinds[] = {
	"kernel_bug", "oops", "bad_page", "list_corruption", "kasan", "panic",
};

static uint64_t count_kinds(const struct verdict_facts *f, const char *const kinds[], size_t n,
			    char *list, size_t size)
{
	uint64_t sum = 0;
	size_t used = 0;

	list[0] = '\0';
	for (size_t i = 0; i < n && f->findings; i++) {
		uint64_t count = tally_get(f->findings, kinds[i]);

		if (count == 0)
			continue;
		sum += count;
		if (used < size)
			used += (size_t)snprintf(list + used, size - used, "%s%" PRIu64 " %s",
						 used ? ", " : "", count, kinds[i]);
	}
	return sum;
}

static bool lateness_fails(const struct verdict_facts *f)
{
	return f->lockups == VERDICT_LOCKUPS_FAIL ||
	       (f->lockups == VERDICT_LOCKUPS_AUTO && !f->is_emulated);
}

bool verdict_is_late(const struct verdict_facts *f, char *why, size_t size)
{
	char list[200];
	uint64_t n = count_kinds(f, late_kinds, ARRAY_SIZE(late_kinds), list, sizeof(list));

	(void)snprintf(why, size, "the kernel's log tells of %s", list);
	return n > 0 && lateness_fails(f);
}

bool verdict_is_late_but_only_told(const struct verdict_facts *f, char *why, size_t size)
{
	char list[200];
	uint64_t n = count_kinds(f, late_kinds, ARRAY_SIZE(late_kinds), list, sizeof(list));

	(void)snprintf(why, size, "%s in the kernel's log: only reported, %s", list,
		       f->lockups == VERDICT_LOCKUPS_REPORT
			       ? "as the profile asks"
			       : "an emulated guest makes its own");
	return n > 0 && !lateness_fails(f);
}

bool verdict_is_broken(const struct verdict_facts *f, char *why, size_t size)
{
	char list[200];
	uint64_t n = count_kinds(f, broken_kinds, ARRAY_SIZE(broken_kinds), list, sizeof(list));

	(void)snprintf(why, size, "the kernel's log tells of %s", list);
	return n > 0;
}

static uint64_t new_taint(const struct verdict_facts *f)
{
	return f->knows_taint ? f->taint_after & ~f->taint_before : 0;
}

bool verdict_is_tainted(const struct verdict_facts *f, char *why, size_t size)
{
	uint64_t taint = new_taint(f) & (TAINT_BAD_PAGE | TAINT_DIE);

	if (lateness_fails(f))
		taint |= new_taint(f) & TAINT_SOFT_LOCKUP;
	(void)snprintf(why, size, "the kernel was tainted during the run:%s%s%s",
		       taint & TAINT_BAD_PAGE ? " bad page (B)" : "",
		       taint & TAINT_DIE ? " oops (D)" : "",
		       taint & TAINT_SOFT_LOCKUP ? " soft lockup (L)" : "");
	return taint != 0;
}

bool verdict_log_is_unread(const struct verdict_facts *f, char *why, size_t size)
{
	(void)snprintf(why, size, "the kernel's log was not read: a lockup would not be seen");
	return !f->knows_kmsg;
}

bool verdict_log_is_lost(const struct verdict_facts *f, char *why, size_t size)
{
	(void)snprintf(why, size,
		       "%" PRIu64 " records of the kernel's log were lost: what they told is unknown",
		       f->kmsg_lost);
	return f->kmsg_lost > 0;
}
