// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The bare loop that memsoak's cycle rate is compared with: two writes a cycle and nothing else.
 * Usage: bare_cycle SECONDS BLOCK...; prints {"cycles":N,"failed":N,"seconds":S}.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int write_state(const char *block, const char *text)
{
	char path[128];
	ssize_t n;
	int fd;

	(void)snprintf(path, sizeof(path), "/sys/devices/system/memory/memory%s/state", block);
	fd = open(path, O_WRONLY);
	if (fd < 0)
		return -1;
	n = write(fd, text, strlen(text));
	(void)close(fd);
	return n < 0 ? -1 : 0;
}

int main(int argc, char *argv[])
{
	unsigned long cycles = 0, failed = 0;
	double began, seconds;

	if (argc < 3) {
		(void)fprintf(stderr, "usage: bare_cycle SECONDS BLOCK...\n");
		return 2;
	}
	seconds = strtod(argv[1], NULL);
	began = now();
	for (int i = 2; now() - began < seconds; i = i + 1 < argc ? i + 1 : 2) {
		if (write_state(argv[i], "offline") < 0 || write_state(argv[i], "online_movable") < 0)
			failed++;
		else
			cycles++;
	}
	(void)printf("{\"cycles\":%lu,\"failed\":%lu,\"seconds\":%.6f}\n", cycles, failed,
		     now() - began);
	return 0;
}
