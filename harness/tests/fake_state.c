// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Preloaded into memsoakd by million.sh: makes plain files memoryN/state answer as the kernel's do.
 * "online_movable" reads "online" afterwards, and every seventh offline is EBUSY and changes nothing.
 */
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BUSY_EACH 7

static bool is_state(int fd)
{
	char link[64], path[PATH_MAX];
	ssize_t n;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	if (n < 0)
		return false;
	path[n] = '\0';
	return strstr(path, "/sys/devices/system/memory/memory") && n > 6 &&
	       strcmp(path + n - 6, "/state") == 0;
}

ssize_t write(int fd, const void *bytes, size_t length)
{
	static ssize_t (*real)(int fd, const void *bytes, size_t length);
	static atomic_uint offlines;
	bool is_online = length >= 6 && memcmp(bytes, "online", 6) == 0;
	bool is_offline = length >= 7 && memcmp(bytes, "offline", 7) == 0;
	const char *text;
	bool is_busy;

	if (!real)
		*(void **)(void *)&real = dlsym(RTLD_NEXT, "write");
	if (length > 16 || !(is_online || is_offline) || !is_state(fd))
		return real(fd, bytes, length);
	is_busy = is_offline && atomic_fetch_add(&offlines, 1) % BUSY_EACH == BUSY_EACH - 1;
	text = is_busy || is_online ? "online\n" : "offline\n";
	if (ftruncate(fd, 0) < 0 || real(fd, text, strlen(text)) < 0) /* whoever opened it has cut it */
		return -1;
	if (!is_busy)
		return (ssize_t)length;
	errno = EBUSY;
	return -1;
}
