// SPDX-License-Identifier: GPL-2.0-or-later
#include "drive/soft_offline.h"

static const char *const ways[SOFT_OFFLINE_WAYS] = {
	[SOFT_OFFLINE_MADVISE] = "madvise",
	[SOFT_OFFLINE_SYSFS] = "sysfs",
};

static const struct {
	const char *name, *expected;
} cases[SOFT_OFFLINE_CASES] = {
	[SOFT_OFFLINE_PLAIN] = {"plain", "poisoned"},
	[SOFT_OFFLINE_NO_MEMORY] = {"no-memory", "ENOMEM"},
	[SOFT_OFFLINE_HELD] = {"held", "EBUSY"},
	[SOFT_OFFLINE_TWICE] = {"twice", "already"},
	[SOFT_OFFLINE_FREED] = {"freed", "poisoned"},
	[SOFT_OFFLINE_CLEAN] = {"clean", "poisoned"},
};

const char *soft_offline_way_name(enum soft_offline_way way)
{
	return ways[way];
}

const char *soft_offline_case_name(enum soft_offline_case which)
{
	return cases[which].name;
}

const char *soft_offline_expected(const struct soft_offline_injection *injection)
{
	return injection->was_poisoned ? "already" : cases[injection->which].expected;
}
