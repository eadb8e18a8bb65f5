/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Waiting for what a test needs, and bounds in time, so that neither depends on how busy the host
 * is. A fixed sleep is no way to wait: on a busy host nothing may have happened in it.
 */
#pragma once

#include <stdint.h>

#include "base/clock.h"

#define WAIT_PATIENCE_NS (30 * NS_PER_S)

/* Looks at @condition every ms until it holds; the test has failed when it never does. */
#define wait_until(condition)                                                                      \
	do {                                                                                       \
		uint64_t wait_end_ns = clock_monotonic_ns() + WAIT_PATIENCE_NS;                    \
		while (!(condition))                                                               \
			wait_a_little(wait_end_ns, #condition, __FILE__, __LINE__);                \
	} while (0)

/* Of wait_until(): sleeps; after @end_ns it fails the test, and says what was waited for where. */
void wait_a_little(uint64_t end_ns, const char *what, const char *file, int line);

/*
 * How many pauses of @pause_ns can have ended since @began_ns (read before the first one began):
 * who pauses after each call has made one call more than that at the most.
 */
uint64_t pauses_since(uint64_t began_ns, uint64_t pause_ns);
