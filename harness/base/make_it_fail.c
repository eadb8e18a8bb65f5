// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/make_it_fail.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int make_it_fail_open(void)
{
	int fd = open("/proc/thread-self/make-it-fail", O_RDWR | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int make_it_fail_set(int fd, int on)
{
	return pwrite(fd, on ? "1" : "0", 1, 0) == 1 ? 0 : -errno;
}
