// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/test_rig.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/memory.h"
#include "workloads/pagemap.h"

#define PATIENCE_NS (60 * NS_PER_S)

static pid_t running; /* 0: none */

const char *rig_worker_path(void)
{
	static char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 32);
	char *slash;

	assert_true(n > 0);
	path[n] = '\0';
	for (int i = 0; i < 2; i++) {
		slash = strrchr(path, '/');
		assert_non_null(slash);
		*slash = '\0';
	}
	n = (ssize_t)strlen(path);
	(void)snprintf(path + n, sizeof(path) - (size_t)n, "/memsoak-worker");
	return path;
}

static int memory_file(size_t bytes, void **ret_map)
{
	int fd = memfd_create("test", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, (off_t)bytes), 0);
	*ret_map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_true(*ret_map != MAP_FAILED);
	return fd;
}

void rig_open(struct rig *rig, uint64_t pages)
{
	void *shared, *memory;

	*rig = (struct rig){.pages = pages, .page_size = (uint64_t)sysconf(_SC_PAGESIZE)};
	rig->control_fd = memory_file(sizeof(*rig->shared), &shared);
	rig->shared = shared;
	rig->shared->magic = WORKER_SHARED_MAGIC;
	rig->shared->struct_size = sizeof(*rig->shared);
	rig->memory_fd = memory_file(pages * rig->page_size, &memory);
	rig->memory = memory;
	rig->stdout_fd = memfd_create("stdout", MFD_CLOEXEC);
	rig->stderr_fd = memfd_create("stderr", MFD_CLOEXEC);
	assert_true(rig->stdout_fd >= 0 && rig->stderr_fd >= 0);
}

void rig_start(struct rig *rig, const char *const words[])
{
	cleanup_free char *control = memory_format("%d", rig->control_fd);
	cleanup_free char *memory = memory_format("%d", rig->memory_fd);
	const char *argv[RIG_MAX_WORDS] = {rig_worker_path()};
	int keep_fds[] = {rig->control_fd, rig->memory_fd};
	struct process_options options = {
		.keep_fds = keep_fds,
		.n_keep_fds = ARRAY_SIZE(keep_fds),
		.stdout_fd = rig->stdout_fd,
		.stderr_fd = rig->stderr_fd,
	};
	struct err e = {0};

	for (size_t i = 0; words[i]; i++) {
		assert_true(i + 2 < RIG_MAX_WORDS);
		argv[i + 1] = strcmp(words[i], "%C") == 0   ? control
			      : strcmp(words[i], "%M") == 0 ? memory
							    : words[i];
	}
	if (process_spawn(&rig->process, argv, &options, &e) < 0)
		fail_msg("%s", e.text);
	rig->is_running = true;
	running = rig->process.pid;
}

void rig_start_ready(struct rig *rig, const char *const words[], uint32_t active)
{
	uint64_t deadline_ns = clock_monotonic_ns() + PATIENCE_NS;
	uint32_t state;

	rig_start(rig, words);
	while ((state = worker_word_get(&rig->shared->state)) == WORKER_STARTING) {
		assert_true(clock_monotonic_ns() < deadline_ns);
		worker_word_wait(&rig->shared->state, WORKER_STARTING, 10 * NS_PER_MS);
	}
	if (state == WORKER_FAILED)
		fail_msg("%s", rig->shared->error_text);
	worker_word_set(&rig->shared->active_threads, active);
}

int rig_wait(struct rig *rig)
{
	uint64_t deadline_ns = clock_monotonic_ns() + PATIENCE_NS;
	int status = 0;

	while (waitpid(rig->process.pid, &status, WNOHANG) == 0) {
		if (clock_monotonic_ns() >= deadline_ns)
			fail_msg("the worker does not end");
		(void)clock_sleep_ns(NS_PER_MS);
	}
	rig->is_running = false;
	running = 0;
	if (rig->process.pidfd >= 0)
		(void)close(rig->process.pidfd);
	return status;
}

int rig_tear_down(void **state)
{
	(void)state;
	if (running > 0 && kill(running, SIGKILL) == 0)
		(void)waitpid(running, NULL, 0);
	running = 0;
	return 0;
}

static const char *text_of(int fd)
{
	static char text[8192];
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

	assert_true(n >= 0);
	text[n] = '\0';
	return text;
}

const char *rig_stdout(struct rig *rig)
{
	return text_of(rig->stdout_fd);
}

const char *rig_stderr(struct rig *rig)
{
	return text_of(rig->stderr_fd);
}

void rig_stop(struct rig *rig)
{
	worker_tell_to_stop(rig->shared);
	assert_int_equal(rig_wait(rig), 0);
	assert_string_equal(rig_stderr(rig), "");
}

void rig_close(struct rig *rig)
{
	if (rig->is_running) {
		(void)kill(rig->process.pid, SIGKILL);
		(void)rig_wait(rig);
	}
	(void)munmap(rig->shared, sizeof(*rig->shared));
	(void)munmap(rig->memory, rig->pages * rig->page_size);
	(void)close(rig->control_fd);
	(void)close(rig->memory_fd);
	(void)close(rig->stdout_fd);
	(void)close(rig->stderr_fd);
}

uint64_t rig_sum(const struct rig *rig, size_t slot_field)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < WORKER_MAX_THREADS; i++) {
		const char *slot = (const char *)&rig->shared->slots[i];

		sum += __atomic_load_n((const uint64_t *)(const void *)(slot + slot_field),
				       __ATOMIC_RELAXED);
	}
	return sum;
}

void rig_wait_above(const struct rig *rig, size_t slot_field, uint64_t value)
{
	uint64_t deadline_ns = clock_monotonic_ns() + PATIENCE_NS;

	while (rig_sum(rig, slot_field) <= value) {
		if (clock_monotonic_ns() >= deadline_ns)
			fail_msg("stays at %llu", (unsigned long long)rig_sum(rig, slot_field));
		(void)clock_sleep_ns(NS_PER_MS);
	}
}

uint64_t rig_wait_quiet(const struct rig *rig, size_t slot_field, uint64_t tolerance)
{
	uint64_t before = rig_sum(rig, slot_field), now = before;

	for (int i = 0; i < 20; i++) {
		/* Longer than the time between two refreshes of what is not counted at once. */
		(void)clock_sleep_ns(300 * NS_PER_MS);
		now = rig_sum(rig, slot_field);
		if (now - before <= tolerance)
			return now;
		before = now;
	}
	fail_msg("%llu, and more and more", (unsigned long long)now);
	return now;
}

void rig_settle(void)
{
	(void)clock_sleep_ns(150 * NS_PER_MS);
}

bool rig_sees_frames(void)
{
	return pagemap_check(NULL) == 0;
}
