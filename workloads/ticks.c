// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/ticks.h"

#include "base/clock.h"

#define CALIBRATION_NS (20 * NS_PER_MS)
#define READINGS 16

struct reading {
	uint64_t ns, ticks;
};

/* Both clocks at one moment: of several readings the one whose two halves lie closest. */
static struct reading read_both(void)
{
	struct reading best = {0};
	uint64_t best_gap = UINT64_MAX;

	for (int i = 0; i < READINGS; i++) {
		uint64_t before = ticks_now(), ns = clock_monotonic_ns(), after = ticks_now();

		if (after - before < best_gap) {
			best_gap = after - before;
			best = (struct reading){ns, before + best_gap / 2};
		}
	}
	return best;
}

void ticks_calibrate(struct ticks *ticks)
{
	struct reading begin = read_both(), end;

	do {
		(void)clock_sleep_ns(CALIBRATION_NS);
		end = read_both();
	} while (end.ns - begin.ns < CALIBRATION_NS || end.ticks <= begin.ticks);
	ticks->ns_per_2_32 = (uint64_t)(((unsigned __int128)(end.ns - begin.ns) << 32) /
					(end.ticks - begin.ticks));
}
