// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/witness.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/fsio.h"

#define KIND(kind) (1u << (kind))
#define DEATHS (KIND(KMSG_OOPS) | KIND(KMSG_KERNEL_BUG) | KIND(KMSG_LIST_CORRUPTION))

/*
 * softlockup_count, hardlockup_count (kernel/watchdog.c) and rcu_stall_count (kernel/rcu/tree_stall.h) are
 * there since 6.16, oops_count and warn_count since 6.2 and in stable kernels, hung_task_detect_count
 * (kernel/hung_task.c) since 6.13; the bits of the taint (Documentation/admin-guide/tainted-kernels.rst)
 * always, and once set they stay.
 */
static const struct witness {
	const char *name, *path; /* path NULL: a bit of the taint */
	unsigned int bit;
	uint32_t kinds;
	bool sees_all; /* what is in the log must show here, too */
} witnesses[] = {
	{"softlockup_count", "sys/kernel/softlockup_count", 0, KIND(KMSG_SOFT_LOCKUP), true},
	{"hardlockup_count", "sys/kernel/hardlockup_count", 0, KIND(KMSG_HARD_LOCKUP), true},
	{"rcu_stall_count", "sys/kernel/rcu_stall_count", 0, KIND(KMSG_RCU_STALL), false},
	{"oops_count", "sys/kernel/oops_count", 0, DEATHS, false},
	{"warn_count", "sys/kernel/warn_count", 0, KIND(KMSG_WARNING) | DEATHS, false},
	{"hung_task_detect_count", "proc/sys/kernel/hung_task_detect_count", 0, KIND(KMSG_HUNG_TASK),
	 true},
	{"taint_bad_page", NULL, 5, KIND(KMSG_BAD_PAGE), false},
	{"taint_die", NULL, 7, DEATHS, false},
	{"taint_warning", NULL, 9, KIND(KMSG_WARNING) | DEATHS, false},
	{"taint_soft_lockup", NULL, 14, KIND(KMSG_SOFT_LOCKUP), true},
};
_Static_assert(ARRAY_SIZE(witnesses) <= WITNESS_MAX, "all have room");

void witness_read(struct fsio *fs, struct witness_counts *ret_counts)
{
	uint64_t taint = 0;
	bool has_taint = fsio_read_u64(fs, &taint, 10, "proc/sys/kernel/tainted") >= 0;

	memset(ret_counts, 0, sizeof(*ret_counts));
	for (size_t i = 0; i < ARRAY_SIZE(witnesses); i++) {
		const struct witness *w = &witnesses[i];

		if (!w->path) {
			ret_counts->is_known[i] = has_taint;
			ret_counts->values[i] = taint >> w->bit & 1;
		} else {
			ret_counts->is_known[i] =
				fsio_read_u64(fs, &ret_counts->values[i], 10, "%s", w->path) >= 0;
		}
	}
}

static uint64_t count_findings(const uint64_t findings[KMSG_MAX_KIND], uint32_t kinds)
{
	uint64_t n = 0;

	for (unsigned int kind = 0; kind < KMSG_MAX_KIND; kind++)
		if (kinds & KIND(kind))
			n += findings[kind];
	return n;
}

static const char *disagreement(const struct witness *w, const struct witness_statement *s)
{
	if (s->after > s->before && s->findings == 0)
		return "the kernel has counted what was not read in its log";
	if (w->sees_all && s->after == s->before && s->findings > 0)
		return "the kernel has not counted what its log told";
	return s->after < s->before ? "the kernel's count went down" : NULL;
}

size_t witness_compare(const struct witness_counts *before, const struct witness_counts *after,
		       const uint64_t findings[KMSG_MAX_KIND],
		       struct witness_statement statements[WITNESS_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(witnesses); i++) {
		const struct witness *w = &witnesses[i];
		struct witness_statement *s = &statements[n];

		if (!before->is_known[i] || !after->is_known[i])
			continue;
		/* A bit that was set before has nothing more to say. */
		if (!w->path && before->values[i])
			continue;
		*s = (struct witness_statement){
			.name = w->name,
			.before = before->values[i],
			.after = after->values[i],
			.findings = count_findings(findings, w->kinds),
		};
		s->disagreement = disagreement(w, s);
		n++;
	}
	return n;
}
