// SPDX-License-Identifier: GPL-2.0-or-later
/* A child with pages in a pipe, and one without: who is named, and why. */
#include "observe/test_observe.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/fsio.h"
#include "observe/holders.h"

#define PAGES 4
#define NOBODY "4000001" /* hardly ever in use */

static void *page;
static size_t page_size;
static pid_t child; /* 0: none */

/*
 * A /proc with one process, the child: what else there is on the host, and how much of the
 * time it would take, is none of the test's business.
 */
static char folder[] = "/tmp/memsoak-holders-XXXXXX";

static void link_process(const char *name, const char *target)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/proc/%s", folder, name);
	if (target)
		assert_int_equal(symlink(target, path), 0);
	else
		(void)unlink(path);
}

static int make_proc(void **state)
{
	char path[128];

	(void)state;
	memcpy(strrchr(folder, '-'), "-XXXXXX", sizeof("-XXXXXX"));
	if (!mkdtemp(folder))
		return -1;
	(void)snprintf(path, sizeof(path), "%s/proc", folder);
	return mkdir(path, 0700);
}

static int remove_proc(void **state)
{
	char name[32], path[128];

	(void)state;
	if (child > 0) {
		(void)kill(child, SIGKILL);
		(void)waitpid(child, NULL, 0);
	}
	(void)snprintf(name, sizeof(name), "%d", (int)child);
	link_process(name, NULL);
	child = 0;
	(void)snprintf(path, sizeof(path), "%s/proc", folder);
	(void)rmdir(path);
	return rmdir(folder);
}

/* The page is mapped by both, at one address; the child writes to it, so that it has its own. */
static void start_child(bool is_held)
{
	char name[32], target[64], byte;
	int ready[2];

	assert_int_equal(pipe(ready), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct iovec piece = {page, PAGES * page_size};
		int ends[2];

		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		/* What the test's own output has not been read yet is in no pipe of the child's. */
		for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
			(void)close(fd);
		memset(page, 7, PAGES * page_size);
		if (is_held && (pipe(ends) < 0 || vmsplice(ends[1], &piece, 1, 0) <= 0))
			_exit(1);
		(void)!write(ready[1], "", 1);
		(void)pause();
		_exit(0);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	(void)close(ready[0]);
	(void)close(ready[1]);
	(void)snprintf(name, sizeof(name), "%d", (int)child);
	(void)snprintf(target, sizeof(target), "/proc/%d", (int)child);
	link_process(name, target);
}

static uint64_t frame_of(pid_t pid)
{
	char path[64];
	uint64_t entry = 0;
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%d/pagemap", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
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

	page_size = (size_t)sysconf(_SC_PAGESIZE);
	page = mmap(NULL, PAGES * page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		    -1, 0);
	assert_true(page != MAP_FAILED);
	start_child(is_held);
	assert_int_equal(fsio_open(&fs, folder, NULL), 0);
	holders_of_page(&fs, child, (uintptr_t)page, &found);
	assert_int_equal(found.n, 1);
	assert_int_equal(found.list[0].pid, child);
	assert_non_null(strstr(found.list[0].mapping, " rw-p [anonymous]"));
	assert_int_equal(found.list[0].weight > 0, is_held);
	assert_int_equal(strstr(found.list[0].evidence, "1 pipes with") != NULL, is_held);
	frame = frame_of(child);
	if (frame) { /* root */
		holders_find(&fs, frame, 1, 60 * NS_PER_S, &found);
#ifndef __SANITIZE_ADDRESS__ /* its shadow is of terabytes: it gets its part of the time */
		assert_false(found.was_cut);
#endif
		assert_int_equal(found.n, 1);
		assert_int_equal(found.list[0].pid, child);
		assert_int_equal(found.list[0].pages, 1);
		assert_true(found.list[0].address == (uintptr_t)page);
		assert_int_equal(found.processes, 1);
		/* No time: it says that it has not looked at all. */
		holders_find(&fs, frame, 1, 0, &found);
		assert_true(found.was_cut);
		assert_int_equal(found.n, 0);
	}
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

/* A file of a process that there is not, as the kernel would write it. */
static void write_proc(const char *name, const char *text)
{
	char path[160];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/proc/" NOBODY "/%s", folder, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	(void)close(fd);
}

static int remove_tree(void **state)
{
	(void)state;
	return file_remove_tree(folder);
}

static void make_process(void)
{
	static const char *const folders[] = {"", "task", "task/4000001", "fd", "fdinfo"};
	char path[160];

	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		(void)snprintf(path, sizeof(path), "%s/proc/" NOBODY "/%s", folder, folders[i]);
		assert_int_equal(mkdir(path, 0700), 0);
	}
	write_proc("maps", "10000000-10400000 rw-p 00000000 00:00 0 \n");
	write_proc("comm", "reader\n");
}

/* What a thread waits for decides, and of what kind its descriptor is. */
static void unfinished_direct_io_is_named(void **state)
{
	static const struct {
		long number;
		const char *buffer, *flags, *target, *evidence;
	} cases[] = {
		{SYS_pread64, "0x10000000", "0140000", "/data/file",
		 "unfinished O_DIRECT pread (thread 4000001, descriptor 7: /data/file): 4096 bytes "
		 "there"},
		{SYS_write, "0x10000000", "0140001", "/data/file",
		 "unfinished O_DIRECT write (thread 4000001, descriptor 7: /data/file): 4096 bytes "
		 "there"},
		{SYS_pread64, "0x10000000", "0100000", "/data/file",
		 ""}, /* through the page cache */
		{SYS_pread64, "0x10002000", "0140000", "/data/file", ""}, /* another page */
		{SYS_read, "0x10000000", "0140000", "pipe:[77]", ""},	  /* a pipe of packets */
		{SYS_fsync, "0x10000000", "0140000", "/data/file", ""},	  /* no buffer */
	};
	char text[160], path[160];
	struct holders found;
	struct fsio fs;

	(void)state;
	make_process();
	(void)snprintf(path, sizeof(path), "%s/proc/" NOBODY "/fd/7", folder);
	assert_int_equal(fsio_open(&fs, folder, NULL), 0);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		(void)snprintf(text, sizeof(text), "%ld 0x7 %s 0x2000 0x0 0x0 0x0 0x7ffe 0x7fff\n",
			       cases[i].number, cases[i].buffer);
		write_proc("task/4000001/syscall", text);
		(void)snprintf(text, sizeof(text), "pos:\t0\nflags:\t%s\nmnt_id:\t9\n",
			       cases[i].flags);
		write_proc("fdinfo/7", text);
		(void)unlink(path);
		assert_int_equal(symlink(cases[i].target, path), 0);
		holders_of_page(&fs, 4000001, 0x10000000, &found);
		assert_int_equal(found.n, 1);
		assert_string_equal(found.list[0].evidence, cases[i].evidence);
	}
	write_proc("task/4000001/syscall", "running\n");
	holders_of_page(&fs, 4000001, 0x10000000, &found);
	assert_string_equal(found.list[0].evidence, "");
	fsio_close(&fs);
}

int test_holders(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(who_holds_a_page_is_named, make_proc, remove_proc),
		cmocka_unit_test_setup_teardown(who_only_maps_it_is_not_accused, make_proc,
						remove_proc),
		cmocka_unit_test_setup_teardown(unfinished_direct_io_is_named, make_proc,
						remove_tree),
	};

	return cmocka_run_group_tests_name("observe: holders", tests, NULL, NULL);
}
