/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Three clocks, side by side. Every duration of a run is CLOCK_MONOTONIC, which stands still while the
 * host is suspended and knows nothing of a wall clock that is set. CLOCK_BOOTTIME counts a suspend
 * (2.6.39 and later: kernel/time/timekeeping.c, timekeeping_resume()).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct clock_reading {
	uint64_t monotonic_ns, boottime_ns, realtime_ns;
	uint64_t spread_ns; /* how long it took to read them: what their differences may be off */
};

struct clock_watch { /* starts zeroed */
	bool is_begun;
	int64_t boot_ahead_ns; /* boottime - monotonic */
	int64_t wall_ahead_ns; /* realtime - boottime */
};

struct clock_change {
	uint64_t suspended_ns; /* 0: it was not */
	int64_t stepped_ns;    /* the wall clock, forwards or backwards; 0: it was not */
};

void clock_watch_read(struct clock_reading *ret);

/*
 * What has happened since the last look. A suspend below 0.1 s and a step below 0.5 s are not seen; a
 * wall clock that is slewed (at most 0.05 %) is no step, however far it gets. A reading with a great spread is
 * left out.
 */
struct clock_change clock_watch_look(struct clock_watch *w, const struct clock_reading *now);
