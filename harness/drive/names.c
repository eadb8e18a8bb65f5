// SPDX-License-Identifier: GPL-2.0-or-later
#include "drive/drive.h"

#include "base/cleanup.h"

static const char *const ended_by_names[] = {
	[ENDED_BY_KERNEL] = "kernel",
	[ENDED_BY_DEADLINE] = "deadline",
	[ENDED_BY_ABORT] = "abort",
};
_Static_assert(ARRAY_SIZE(ended_by_names) == ENDED_BY_MAX, "a name for each");

const char *ended_by_name(enum ended_by ended_by)
{
	return ended_by_names[ended_by];
}
