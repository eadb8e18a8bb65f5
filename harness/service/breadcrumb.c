// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/breadcrumb.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Facility 1 (user), for 0 is the kernel's own; then the level. */
static const char *const prefixes[] = {
	[BREADCRUMB_INFO] = "<14>memsoak: ",
	[BREADCRUMB_DEBUG] = "<15>memsoak: ",
};

/* Kept open as long as the process lives: each cycle writes twice. */
static int kmsg = -1;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void open_kmsg(void)
{
	kmsg = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
}

void breadcrumb(enum breadcrumb_level level, const char *format, ...)
{
	char line[256];
	size_t used = strlen(prefixes[level]);
	va_list args;

	(void)pthread_once(&once, open_kmsg);
	if (kmsg < 0)
		return; /* a breadcrumb is a help, never a condition */
	(void)memcpy(line, prefixes[level], used);
	va_start(args, format);
	(void)vsnprintf(line + used, sizeof(line) - used, format, args);
	va_end(args);
	(void)!write(kmsg, line, strlen(line));
}
