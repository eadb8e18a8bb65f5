// SPDX-License-Identifier: GPL-2.0-or-later
/* One line of where the run stands: rewritten in place on a terminal, every ten seconds on a pipe. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/memory.h"
#include "base/terminal.h"
#include "base/units.h"
#include "service/run.h"

#define PIPE_PERIOD_NS (10 * NS_PER_S)

static void format_clock(uint64_t ns, char *buffer, size_t size)
{
	uint64_t seconds = ns / NS_PER_S;

	(void)snprintf(buffer, size, "%02llu:%02llu:%02llu", (unsigned long long)(seconds / 3600),
		       (unsigned long long)(seconds / 60 % 60), (unsigned long long)(seconds % 60));
}

char *run_progress_line(struct run *run, const struct record_sample *sample)
{
	struct run_figures now, *f = &now;
	char elapsed[24], eta[24], offline[24];
	cleanup_free char *eagain = memory_string("unmeasured");
	uint64_t left_ns =
		run->planned_ns > sample->elapsed_ns ? run->planned_ns - sample->elapsed_ns : 0;

	run_read_figures(run, f);
	format_clock(sample->elapsed_ns, elapsed, sizeof(elapsed));
	format_clock(left_ns, eta, sizeof(eta));
	units_format_bytes(sample->memory_offline_bytes, offline, sizeof(offline));
	if (sample->total.eagain.known) {
		free(eagain);
		eagain = memory_format("%llu", (unsigned long long)sample->total.eagain.value);
	}
	return memory_format(
		"[%s] %s: attempts %llu ok %llu failed %llu deadline %llu; moved %llu not %llu; "
		"waits %llu eagain %s; findings %llu; offline %s; at most %s left",
		elapsed, run->phase ? run->phase->name : "between phases",
		(unsigned long long)f->attempts, (unsigned long long)f->succeeded,
		(unsigned long long)f->failed, (unsigned long long)f->censored,
		(unsigned long long)f->moved, (unsigned long long)f->not_moved,
		(unsigned long long)sample->total.waits.value, eagain,
		(unsigned long long)f->findings, offline, eta);
}

void run_show_progress(struct run *run, const struct record_sample *sample)
{
	cleanup_free char *line = NULL;
	bool is_terminal = terminal_is_capable(STDERR_FILENO);

	if (run->options.quiet)
		return;
	line = run_progress_line(run, sample);
	if (is_terminal) {
		(void)fprintf(stderr, "\r%s\033[K", line);
	} else if (sample->elapsed_ns >= run->last_progress_ns + PIPE_PERIOD_NS ||
		   run->last_progress_ns == 0) {
		run->last_progress_ns = sample->elapsed_ns;
		(void)fprintf(stderr, "%s\n", line);
	}
}

void run_end_progress(const struct run *run)
{
	if (!run->options.quiet && terminal_is_capable(STDERR_FILENO))
		(void)fputc('\n', stderr);
}
