// SPDX-License-Identifier: GPL-2.0-or-later
#include "drive/test_wait.h"

#include "drive/test_drive.h"

void wait_a_little(uint64_t end_ns, const char *what, const char *file, int line)
{
	if (clock_monotonic_ns() >= end_ns)
		fail_msg("%s:%d: waited %llu s in vain until %s", file, line,
			 (unsigned long long)(WAIT_PATIENCE_NS / NS_PER_S), what);
	(void)clock_sleep_ns(NS_PER_MS);
}

uint64_t pauses_since(uint64_t began_ns, uint64_t pause_ns)
{
	return (clock_monotonic_ns() - began_ns) / pause_ns;
}
