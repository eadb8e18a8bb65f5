// SPDX-License-Identifier: GPL-2.0-or-later
#include "lab/accel.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/process.h"
#include "lab/arguments.h"
#include "lab/kernel.h"
#include "lab/machine.h"
#include "lab/paths.h"
#include "lab/say.h"

#define PROBE_NS (10 * NS_PER_S)

/* The kernel's own first line; the firmware and the image's setup code may print before it. */
static const char first_line[] = "Linux version";

static void probe_arguments(struct arguments *a, const char *qemu, const struct kernel *kernel)
{
	arguments_add(a, "%s", qemu);
	arguments_add(a, "-nodefaults");
	arguments_add(a, "-no-reboot");
	arguments_add(a, "-display");
	arguments_add(a, "none");
	machine_accel(a, "kvm");
	arguments_add(a, "-m");
	arguments_add(a, "512M");
	arguments_add(a, "-chardev");
	arguments_add(a, "stdio,id=console,signal=off");
	arguments_add(a, "-serial");
	arguments_add(a, "chardev:console");
	arguments_add(a, "-kernel");
	arguments_add(a, "%s", kernel->image);
	arguments_add(a, "-append");
	arguments_add(a, "console=ttyS0 earlyprintk=serial,ttyS0 panic=-1");
}

/* Did the first line come within the time? */
static int wait_for_line(int fd)
{
	uint64_t end = clock_monotonic_ns() + PROBE_NS;
	char text[4096];
	size_t length = 0;

	for (;;) {
		uint64_t now = clock_monotonic_ns();
		struct pollfd p = {.fd = fd, .events = POLLIN};
		ssize_t n;

		if (now >= end || length == sizeof(text))
			return 0;
		if (poll(&p, 1, (int)((end - now) / NS_PER_MS) + 1) <= 0)
			continue;
		n = read(fd, text + length, sizeof(text) - length);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return 0;
		length += (size_t)n;
		if (memmem(text, length, first_line, strlen(first_line)))
			return 1;
	}
}

static int kvm_boots(const struct kernel *kernel)
{
	cleanup_free char *qemu = machine_qemu(NULL);
	cleanup_close int nothing = open("/dev/null", O_WRONLY | O_CLOEXEC);
	cleanup_close int read_end = -1, write_end = -1;
	struct process_options options = {.stderr_fd = nothing, .new_session = 1};
	struct arguments a = {0};
	struct process p;
	int ends[2], r, status;

	if (!qemu || nothing < 0 || access("/dev/kvm", R_OK | W_OK) < 0 ||
	    pipe2(ends, O_CLOEXEC) < 0)
		return 0;
	read_end = ends[0];
	options.stdout_fd = write_end = ends[1];
	probe_arguments(&a, qemu, kernel);
	r = process_spawn(&p, arguments_argv(&a), &options, NULL);
	arguments_done(&a);
	if (r < 0)
		return 0;
	(void)close(steal_fd(&write_end));
	r = wait_for_line(read_end);
	(void)kill(p.pid, SIGKILL); /* not reaped yet: the number is still its own */
	(void)process_reap(&p, &status);
	return r;
}

static char *boot_id(void)
{
	size_t length;
	char *id = NULL;

	if (file_read_all("/proc/sys/kernel/random/boot_id", &id, &length, NULL) < 0)
		return memory_string("unknown");
	id[strcspn(id, "\n")] = '\0';
	return id;
}

/* Asked once for each start of the host: the file holds its boot id and the answer. */
static int kvm_works(const struct paths *paths, const struct kernel *kernel, int quiet)
{
	cleanup_free char *file = memory_format("%s/accel", paths->cache);
	cleanup_free char *id = boot_id(), *kept = NULL;
	cleanup_free char *yes = memory_format("%s kvm\n", id);
	cleanup_free char *no = memory_format("%s tcg\n", id);
	size_t length;
	int works;

	if (file_read_all(file, &kept, &length, NULL) == 0) {
		if (strcmp(kept, yes) == 0)
			return 1;
		if (strcmp(kept, no) == 0)
			return 0;
	}
	if (!quiet)
		say("trying KVM with a first boot (10 s at most)");
	works = kvm_boots(kernel);
	(void)file_make_directories(paths->cache, NULL);
	(void)file_write_atomic(file, works ? yes : no, strlen(works ? yes : no), NULL);
	return works;
}

const char *accel_choose(const char *asked, const struct paths *paths, const struct kernel *kernel,
			 int quiet)
{
	if (strcmp(asked, "auto") != 0)
		return strcmp(asked, "kvm") == 0 ? "kvm" : "tcg";
	if (access("/dev/kvm", F_OK) < 0) {
		if (!quiet)
			say("no /dev/kvm on this host: emulating (tcg)");
		return "tcg";
	}
	if (kvm_works(paths, kernel, quiet))
		return "kvm";
	if (!quiet)
		say("/dev/kvm is there, but no guest boots with it: emulating (tcg)");
	return "tcg";
}
