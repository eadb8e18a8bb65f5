// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel's log, its detectors of lockups, and settings that a run changes or is disturbed by.
 */
#include "observe/checkup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fsio.h"
#include "observe/fingerprint.h"
#include "observe/host.h"

#define TAINT_SOFT_LOCKUP (1ULL << 14)
#define KERNEL "proc/sys/kernel/"

static bool read_number(struct fsio *fs, const char *path, uint64_t *ret)
{
	return fsio_read_u64(fs, ret, 10, "%s", path) == 0;
}

static void check_log(struct fsio *fs, const struct count_ability *a, struct finding *f)
{
	uint64_t restricted = 0;

	(void)a;
	(void)read_number(fs, KERNEL "dmesg_restrict", &restricted);
	if (!fs->is_real_root)
		finding_say(f, FINDING_OK, "not known of a captured tree");
	else if (faccessat(fs->root_fd, "dev/kmsg", R_OK, AT_EACCESS) == 0)
		finding_say(f, FINDING_OK, "/dev/kmsg is there%s",
			    restricted ? " (for root: dmesg_restrict)" : "");
	else
		finding_say(f, errno == EACCES ? FINDING_LIMITED : FINDING_NO, "/dev/kmsg: %s",
			    strerror(errno));
	if (f->result == FINDING_NO)
		finding_advise(f, "lockups and hung tasks stay unseen");
}

static void check_soft_lockup(struct fsio *fs, const struct count_ability *a, struct finding *f)
{
	uint64_t on = 1, thresh = 0, panics = 0;

	(void)a;
	(void)read_number(fs, KERNEL "softlockup_panic", &panics);
	if (!read_number(fs, KERNEL "watchdog_thresh", &thresh))
		finding_say(f, FINDING_LIMITED, "no detector (CONFIG_SOFTLOCKUP_DETECTOR)");
	else if ((read_number(fs, KERNEL "soft_watchdog", &on) && !on) || thresh == 0)
		finding_say(f, FINDING_LIMITED,
			    "switched off (kernel.soft_watchdog, kernel.watchdog_thresh)");
	else
		finding_say(f, FINDING_OK, "after %llu s%s", 2 * (unsigned long long)thresh,
			    panics ? ", and the host panics (kernel.softlockup_panic)" : "");
	if (f->result != FINDING_OK)
		finding_advise(f, "a soft lockup would not be noticed");
	else if (panics)
		finding_advise(f, "a lockup ends the run with a reboot; \"memsoak report\" folds "
				  "what is on disk");
}

static void check_hung_task(struct fsio *fs, const struct count_ability *a, struct finding *f)
{
	uint64_t timeout = 0, panics = 0;
	char warnings[32] = "";

	(void)a;
	(void)read_number(fs, KERNEL "hung_task_panic", &panics);
	(void)fsio_read_text(fs, warnings, sizeof(warnings), KERNEL "hung_task_warnings");
	if (!read_number(fs, KERNEL "hung_task_timeout_secs", &timeout))
		finding_say(f, FINDING_LIMITED, "no detector (CONFIG_DETECT_HUNG_TASK)");
	else if (timeout == 0)
		finding_say(f, FINDING_LIMITED, "switched off (kernel.hung_task_timeout_secs = 0)");
	else if (strcmp(warnings, "0") == 0)
		finding_say(f, FINDING_LIMITED,
			    "silent (kernel.hung_task_warnings = 0: all were used up)");
	else
		finding_say(f, FINDING_OK, "after %llu s, %s warnings left%s",
			    (unsigned long long)timeout,
			    strcmp(warnings, "-1") == 0 ? "unlimited" : warnings,
			    panics ? ", and the host panics (kernel.hung_task_panic)" : "");
	if (f->result != FINDING_OK)
		finding_advise(f, "a task that hangs would not be noticed");
}

static void check_balancing(struct fsio *fs, const struct count_ability *a, struct finding *f)
{
	uint64_t value;

	(void)a;
	if (!read_number(fs, KERNEL "numa_balancing", &value)) {
		finding_say(f, FINDING_OK, "not in this kernel");
		return;
	}
	finding_say(f, FINDING_OK, value ? "on" : "off");
	if (value)
		finding_advise(
			f, "a run switches it off and puts it back: it migrates pages on its own");
}

static void check_thp(struct fsio *fs, const struct count_ability *a, struct finding *f)
{
	char text[128];

	(void)a;
	if (fsio_read_text(fs, text, sizeof(text), "sys/kernel/mm/transparent_hugepage/enabled") <=
	    0)
		finding_say(f, FINDING_OK, "not in this kernel");
	else
		finding_say(f, FINDING_OK, "%s", text);
}

static void check_ksm(struct fsio *fs, const struct count_ability *a, struct finding *f)
{
	uint64_t running;

	(void)a;
	if (!read_number(fs, "sys/kernel/mm/ksm/run", &running)) {
		finding_say(f, FINDING_OK, "not in this kernel");
		return;
	}
	finding_say(f, running == 1 ? FINDING_LIMITED : FINDING_OK, running == 1 ? "on" : "off");
	if (running == 1)
		finding_advise(f, "merged pages move as one: switch it off for comparable figures "
				  "(/sys/kernel/mm/ksm/run)");
}

static void check_lockdown(struct fsio *fs, const struct count_ability *a, struct finding *f)
{
	const char *mode = host_lockdown(fs);

	(void)a;
	if (strcmp(mode, "confidentiality") == 0) {
		finding_say(f, FINDING_LIMITED, "confidentiality");
		finding_advise(f, "the kernel refuses kprobes and tracefs: counting falls back");
	} else {
		finding_say(f, FINDING_OK, "%s", mode[0] ? mode : "none");
	}
}

static void check_virtualisation(struct fsio *fs, const struct count_ability *a, struct finding *f)
{
	const char *name = host_virtualisation(fs);

	(void)a;
	finding_say(f, strcmp(name, "tcg") == 0 ? FINDING_LIMITED : FINDING_OK, "%s", name);
	if (strcmp(name, "tcg") == 0)
		finding_advise(
			f,
			"an emulated machine makes lockups of its own: verdicts only report them");
	else if (strcmp(name, "none") != 0)
		finding_advise(f, "time that the host steals can look like a soft lockup");
}

static void check_generation(struct fsio *fs, const struct count_ability *a, struct finding *f)
{
	static const struct {
		const char *generation, *meaning;
	} table[] = {
		{"A",
		 "a waiter on a migration entry holds a page reference (before 9a1ea439b16b, 5.0)"},
		{"B",
		 "a waiter on a migration entry holds a page reference for a moment (5.0 to 5.16)"},
		{"C", "a waiter on a migration entry holds no page reference (since ffa65753c431, "
		      "5.17)"},
	};
	const char *generation = fingerprint_generation(fs->root_fd, "proc/kallsyms");

	(void)a;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		if (strcmp(table[i].generation, generation) != 0)
			continue;
		finding_say(f, FINDING_OK, "%s, by its symbols: %s", generation, table[i].meaning);
		return;
	}
	finding_say(f, FINDING_LIMITED, "unknown: /proc/kallsyms does not tell");
}

static void check_taint(struct fsio *fs, const struct count_ability *a, struct finding *f)
{
	uint64_t taint;

	(void)a;
	if (!host_read_taint(fs, &taint)) {
		finding_say(f, FINDING_LIMITED, "cannot be read");
		return;
	}
	finding_say(f, taint & TAINT_SOFT_LOCKUP ? FINDING_LIMITED : FINDING_OK, "%llu",
		    (unsigned long long)taint);
	if (taint & TAINT_SOFT_LOCKUP)
		finding_advise(f,
			       "there was a soft lockup since the boot: reboot for a clean start");
}

const struct checkup checkups_kernel[] = {
	{"kernel-log", check_log},
	{"soft-lockup", check_soft_lockup},
	{"hung-task", check_hung_task},
	{"numa-balancing", check_balancing},
	{"transparent-hugepages", check_thp},
	{"ksm", check_ksm},
	{"lockdown", check_lockdown},
	{"virtualisation", check_virtualisation},
	{"wait-generation", check_generation},
	{"taint", check_taint},
};
const size_t n_checkups_kernel = ARRAY_SIZE(checkups_kernel);
