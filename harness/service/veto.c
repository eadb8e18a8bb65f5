// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every other offline is vetoed by a memory notifier, with the errno of the profile ([offline]
 * veto): the kernel's own injector does it (memory-notifier-error-inject, a module; lib/
 * memory-notifier-error-inject.c). So it is known of each attempt whether a notifier or the pages
 * decided it, and what the answers look like can be told apart.
 *
 * The module is not loaded here: that is for the host's owner to decide.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/log.h"
#include "service/run.h"

#define INJECTOR "sys/kernel/debug/notifier-error-inject/memory/actions/MEM_GOING_OFFLINE/error"

static const int veto_errors[VETO_MAX] = {
	[VETO_EBUSY] = EBUSY,
	[VETO_ENOMEM] = ENOMEM,
	[VETO_EACCES] = EACCES,
};

static int inject(struct run *run, int error)
{
	char value[16];

	(void)snprintf(value, sizeof(value), "%d", -error);
	return fsio_write_text(&run->fs, value, "%s", INJECTOR);
}

static int lacks_injector(struct run *run, const char *why)
{
	log_warning("no offline is vetoed: %s", why);
	record_unavailable(run->recorder, "veto", why);
	return 0;
}

int run_open_veto(struct run *run, struct err *e)
{
	int error = veto_errors[run->profile.offline_veto];
	char value[16];
	int r;

	if (!error || !run->profile.has_offline)
		return 0;
	if (fsio_read_text(&run->fs, value, sizeof(value), "%s", INJECTOR) < 0)
		return lacks_injector(run,
				      "there is no /" INJECTOR
				      ": load memory-notifier-error-inject, and mount debugfs");
	if (strcmp(value, "0") != 0)
		return lacks_injector(run, "/" INJECTOR " is in use: somebody else vetoes offlines");
	/* Its old value is on disk before it is changed for the first time: it is put back. */
	(void)snprintf(value, sizeof(value), "%d", -error);
	r = run_change_setting(run, INJECTOR, value, e);
	if (r >= 0)
		r = inject(run, 0);
	run->veto.error = r < 0 ? 0 : error;
	return r;
}

/* In the offline driver's thread, as the rest: before the write of "offline". */
void run_arm_veto(struct run *run)
{
	struct run_veto *veto = &run->veto;
	int r;

	if (!veto->error)
		return;
	/* The blocks come round and round: each of them is vetoed in every other round. */
	veto->is_armed = (veto->turn / run->plan.n_blocks + veto->turn % run->plan.n_blocks) % 2;
	veto->turn++;
	r = inject(run, veto->is_armed ? veto->error : 0);
	if (r == 0)
		return;
	veto->is_armed = false;
	record_fault(run->recorder, "/" INJECTOR ": %s", errno_name(r));
}

int run_disarm_veto(struct run *run)
{
	struct run_veto *veto = &run->veto;
	int error = veto->is_armed ? veto->error : 0;

	if (error && inject(run, 0) < 0)
		record_fault(run->recorder, "/" INJECTOR " could not be written: the next offline may be vetoed, too");
	veto->is_armed = false;
	return error;
}
