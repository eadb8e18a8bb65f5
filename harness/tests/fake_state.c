// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Preloaded into memsoakd by million.sh: makes plain files memoryN/state answer as the kernel's do.
 * "online_movable" reads "online" afterwards, and every seventh offline is ENOMEM and changes nothing
 * (EBUSY would have the holders of its pages looked for, among the machine's own processes).
 * Now and then it writes how many bytes are allocated to the file that MEMSOAK_ALLOCATED names: what is
 * resident tells of a leak only when that has outgrown the heap's reserve.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define REFUSED_EACH 7
#define TELL_EACH 256

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

static void tell_allocated(ssize_t (*real)(int fd, const void *bytes, size_t length))
{
	static int file = -1;
	const char *path = getenv("MEMSOAK_ALLOCATED");
	struct mallinfo2 info = mallinfo2();
	char line[32];
	int n = snprintf(line, sizeof(line), "%zu\n", info.uordblks + info.hblkhd);

	if (file < 0 && path)
		file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (file >= 0)
		(void)!real(file, line, (size_t)n);
}

ssize_t write(int fd, const void *bytes, size_t length)
{
	static ssize_t (*real)(int fd, const void *bytes, size_t length);
	static atomic_uint offlines;
	bool is_online = length >= 6 && memcmp(bytes, "online", 6) == 0;
	bool is_offline = length >= 7 && memcmp(bytes, "offline", 7) == 0;
	unsigned int n_offline;
	const char *text;
	bool is_refused;

	if (!real)
		*(void **)(void *)&real = dlsym(RTLD_NEXT, "write");
	if (length > 16 || !(is_online || is_offline) || !is_state(fd))
		return real(fd, bytes, length);
	n_offline = is_offline ? atomic_fetch_add(&offlines, 1) : 0;
	if (is_offline && n_offline % TELL_EACH == 0)
		tell_allocated(real);
	is_refused = is_offline && n_offline % REFUSED_EACH == REFUSED_EACH - 1;
	text = is_refused || is_online ? "online\n" : "offline\n";
	if (ftruncate(fd, 0) < 0 || real(fd, text, strlen(text)) < 0) /* whoever opened it has cut it */
		return -1;
	if (!is_refused)
		return (ssize_t)length;
	errno = ENOMEM;
	return -1;
}
