// SPDX-License-Identifier: GPL-2.0-or-later
/* A child with pages in a pipe, and one without: who is named, and why. */
#include "observe/test_observe.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/fsio.h"
#include "observe/holders.h"

#define PAGES 4

static void *page;
static size_t page_size;

/* The page is mapped by both, at one address; the child writes to it, so that it has its own. */
static pid_t start_child(bool is_held, int ready[2])
{
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct iovec piece = {page, PAGES * page_size};
		int ends[2];

		memset(page, 7, PAGES * page_size);
		if (is_held && (pipe(ends) < 0 || vmsplice(ends[1], &piece, 1, 0) <= 0))
			_exit(1);
		(void)!write(ready[1], "", 1);
		(void)pause();
		_exit(0);
	}
	return pid;
}

static void wait_ready(const int ready[2])
{
	char byte;

	assert_int_equal(read(ready[0], &byte, 1), 1);
	(void)close(ready[0]);
	(void)close(ready[1]);
}

static void end_child(pid_t pid)
{
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
}

static uint64_t frame_of(pid_t pid)
{
	char path[64];
	uint64_t entry = 0;
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%d/pagemap", (int)pid);
	fd = open(path, O_RDONLY);
	if (fd < 0 || pread(fd, &entry, sizeof(entry),
			    (off_t)((uintptr_t)page / page_size * sizeof(entry))) < 0)
		entry = 0;
	(void)close(fd);
	return entry & ((1ULL << 55) - 1);
}

static void one_child(bool is_held)
{
	struct holders found;
	struct fsio fs;
	uint64_t frame;
	int ready[2];
	pid_t pid;

	page_size = (size_t)sysconf(_SC_PAGESIZE);
	page = mmap(NULL, PAGES * page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		    -1, 0);
	assert_true(page != MAP_FAILED);
	pid = start_child(is_held, ready);
	wait_ready(ready);
	assert_int_equal(fsio_open(&fs, NULL, NULL), 0);
	holders_of_page(&fs, pid, (uintptr_t)page, &found);
	assert_int_equal(found.n, 1);
	assert_int_equal(found.list[0].pid, pid);
	assert_non_null(strstr(found.list[0].mapping, " rw-p [anonymous]"));
	assert_int_equal(found.list[0].weight > 0, is_held);
	assert_int_equal(strstr(found.list[0].evidence, "1 pipes with") != NULL, is_held);
	frame = frame_of(pid);
	if (frame) { /* root */
		holders_find(&fs, frame, 1, 30 * NS_PER_S, &found);
		assert_false(found.was_cut);
		assert_int_equal(found.n, 1);
		assert_int_equal(found.list[0].pid, pid);
		assert_int_equal(found.list[0].pages, 1);
		assert_true(found.list[0].address == (uintptr_t)page);
		assert_true(found.processes > 1);
		/* No time: it says that it has not looked at all. */
		holders_find(&fs, frame, 1, 0, &found);
		assert_true(found.was_cut);
		assert_int_equal(found.n, 0);
	}
	end_child(pid);
	fsio_close(&fs);
	(void)munmap(page, PAGES * page_size);
}

static void who_holds_a_page_is_named(void **state)
{
	(void)state;
	one_child(true);
}

static void who_only_maps_it_is_not_accused(void **state)
{
	(void)state;
	one_child(false);
}

int test_holders(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_holds_a_page_is_named),
		cmocka_unit_test(who_only_maps_it_is_not_accused),
	};

	return cmocka_run_group_tests_name("observe: holders", tests, NULL, NULL);
}
