// SPDX-License-Identifier: GPL-2.0-or-later
/* How long a jiffy is: RCU tells its stalls in them. */
#include <time.h>

#include "base/clock.h"
#include "observe/kmsg_headers.h"

uint64_t kmsg_this_hz(void)
{
	struct timespec step;

	/* kernel/time/posix-timers.c: the coarse clocks go on by a tick (KTIME_LOW_RES) at a time. */
	if (clock_getres(CLOCK_MONOTONIC_COARSE, &step) < 0 || step.tv_sec != 0 || step.tv_nsec <= 0)
		return 0;
	return NS_PER_S / (uint64_t)step.tv_nsec;
}

/* init/calibrate.c: "... 4199.99 BogoMIPS (lpj=8399992)": loops a tick, and 500000 times loops a second. */
uint64_t kmsg_hz_of_line(struct kmsg_span line)
{
	struct kmsg_span lpj = line;
	uint64_t whole, hundredths, loops;
	const char *end = span_find(line, " BogoMIPS"), *p = end;

	if (!end || !span_skip_past(&lpj, "(lpj=") || !span_take_number(&lpj, UINT32_MAX, &loops) ||
	    loops == 0)
		return 0;
	while (p > line.at && (is_digit(p[-1]) || p[-1] == '.'))
		p--;
	line = (struct kmsg_span){p, end};
	if (!span_take_number(&line, UINT32_MAX, &whole) || !span_take_char(&line, '.') ||
	    !span_take_number(&line, 99, &hundredths))
		return 0;
	return ((whole * 100 + hundredths) * 5000 + loops / 2) / loops;
}
