// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/priority.h"

#include <errno.h>
#include <linux/sched.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NICE (-10)

/* struct sched_attr of include/uapi/linux/sched/types.h, as far as the kernel asks for (3.14 and later). */
struct scheduling {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period;
};

void priority_raise(void)
{
	const struct scheduling scheduling = {
		.size = sizeof(scheduling),
		.policy = SCHED_NORMAL,
		.flags = SCHED_FLAG_RESET_ON_FORK,
		.nice = NICE,
	};

	errno = 0;
	if (getpriority(PRIO_PROCESS, 0) == 0 && errno == 0)
		(void)syscall(SYS_sched_setattr, 0, &scheduling, 0);
}
