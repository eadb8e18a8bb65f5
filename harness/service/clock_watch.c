// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/clock_watch.h"

#include <time.h>

#include "base/clock.h"

#define MOST_SPREAD_NS (20 * NS_PER_MS)
#define LEAST_SUSPEND_NS ((int64_t)(100 * NS_PER_MS))
#define LEAST_STEP_NS ((int64_t)(500 * NS_PER_MS))

static uint64_t read_clock(clockid_t id)
{
	struct timespec now = {0};

	(void)clock_gettime(id, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

void clock_watch_read(struct clock_reading *ret)
{
	ret->monotonic_ns = read_clock(CLOCK_MONOTONIC);
	ret->boottime_ns = read_clock(CLOCK_BOOTTIME);
	ret->realtime_ns = read_clock(CLOCK_REALTIME);
	ret->spread_ns = read_clock(CLOCK_MONOTONIC) - ret->monotonic_ns;
}

struct clock_change clock_watch_look(struct clock_watch *w, const struct clock_reading *now)
{
	int64_t boot_ahead_ns = (int64_t)(now->boottime_ns - now->monotonic_ns);
	int64_t wall_ahead_ns = (int64_t)(now->realtime_ns - now->boottime_ns);
	int64_t suspended_ns = boot_ahead_ns - w->boot_ahead_ns;
	int64_t stepped_ns = wall_ahead_ns - w->wall_ahead_ns;
	bool was_begun = w->is_begun;
	struct clock_change change = {0};

	if (now->spread_ns > MOST_SPREAD_NS)
		return change;
	w->is_begun = true;
	w->wall_ahead_ns = wall_ahead_ns; /* follows a clock that is slewed */
	if (!was_begun || suspended_ns >= LEAST_SUSPEND_NS)
		w->boot_ahead_ns = boot_ahead_ns;
	if (was_begun && suspended_ns >= LEAST_SUSPEND_NS)
		change.suspended_ns = (uint64_t)suspended_ns;
	if (was_begun && (stepped_ns >= LEAST_STEP_NS || stepped_ns <= -LEAST_STEP_NS))
		change.stepped_ns = stepped_ns;
	return change;
}
