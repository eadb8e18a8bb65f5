// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/breadcrumb.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"

void breadcrumb(const char *format, ...)
{
	cleanup_close int fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
	char line[256] = "<14>memsoak: "; /* facility 1 (user), info: the kernel's own is 0 */
	size_t used = strlen(line);
	va_list args;

	if (fd < 0)
		return; /* a breadcrumb is a help, never a condition */
	va_start(args, format);
	(void)vsnprintf(line + used, sizeof(line) - used, format, args);
	va_end(args);
	(void)!write(fd, line, strlen(line));
}
