// SPDX-License-Identifier: GPL-2.0-or-later
/* The placer as the daemon uses it, on this host: little memory, nothing but pages of our own. */
#include "workloads/test_rig.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/file.h"
#include "base/memory.h"
#include "workloads/pagemap.h"
#include "workloads/placer_protocol.h"

#define PAGES 24
#define MIB (1ULL << 20)

struct placer {
	struct process process;
	int fd, stderr_fd;
	unsigned char *pages; /* what it is asked about */
	uint64_t page_size;
	uint64_t frames[PAGES];
	struct placer_target target;
	struct placer_answer answer;
};

static void start(struct placer *p)
{
	struct process_options options = {.n_keep_fds = 1, .stdout_fd = -1};
	struct err e = {0};
	int pair[2], pagemap;
	char number[16];
	const char *argv[] = {rig_worker_path(), "--workload", "placer",
			      "--command-fd",	 number,       NULL};

	*p = (struct placer){.page_size = (uint64_t)sysconf(_SC_PAGESIZE)};
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	p->fd = pair[0];
	p->stderr_fd = memfd_create("stderr", MFD_CLOEXEC);
	options.keep_fds = &pair[1];
	options.stderr_fd = p->stderr_fd;
	(void)snprintf(number, sizeof(number), "%d", pair[1]);
	if (process_spawn(&p->process, argv, &options, &e) < 0)
		fail_msg("%s", e.text);
	(void)close(pair[1]);

	p->pages = mmap(NULL, PAGES * p->page_size, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_true(p->pages != MAP_FAILED);
	(void)madvise(p->pages, PAGES * p->page_size, MADV_NOHUGEPAGE);
	memset(p->pages, 1, PAGES * p->page_size);
	p->target = (struct placer_target){
		.pid = getpid(), .address = (uintptr_t)p->pages, .count = PAGES};
	pagemap = pagemap_open(0, NULL);
	assert_true(pagemap >= 0);
	pagemap_read(pagemap, (uintptr_t)p->pages, p->frames, PAGES);
	for (int i = 0; i < PAGES; i++)
		p->frames[i] = pagemap_frame(p->frames[i]);
	(void)close(pagemap);
}

/* Returns how it ended. */
static int finish(struct placer *p)
{
	int status = -1;

	if (p->fd >= 0)
		(void)close(p->fd);
	assert_int_equal(process_reap(&p->process, &status), 0);
	(void)munmap(p->pages, PAGES * p->page_size);
	(void)close(p->stderr_fd);
	return status;
}

static void ask_about(struct placer *p, struct placer_request *request,
		      const struct placer_target *targets, size_t n)
{
	static uint32_t id = 7;

	request->magic = PLACER_MAGIC;
	request->id = ++id;
	request->n_targets = (uint32_t)n;
	assert_int_equal(send(p->fd, request, sizeof(*request), MSG_NOSIGNAL), sizeof(*request));
	for (size_t i = 0; i < n; i += PLACER_PACKET_TARGETS) {
		size_t count = n - i < PLACER_PACKET_TARGETS ? n - i : PLACER_PACKET_TARGETS;

		assert_int_equal(send(p->fd, targets + i, count * sizeof(*targets), MSG_NOSIGNAL),
				 count * sizeof(*targets));
	}
	assert_int_equal(recv(p->fd, &p->answer, sizeof(p->answer), 0), sizeof(p->answer));
	assert_int_equal(p->answer.magic, PLACER_MAGIC);
	assert_int_equal(p->answer.id, request->id);
	if (p->answer.error)
		fail_msg("%s", p->answer.error_text);
}

static void ask(struct placer *p, struct placer_request *request)
{
	ask_about(p, request, &p->target, 1);
}

static uint64_t resident_bytes(pid_t pid)
{
	cleanup_free char *path = memory_format("/proc/%d/statm", (int)pid), *text = NULL;
	size_t length;
	char *end;

	assert_int_equal(file_read_all(path, &text, &length, NULL), 0);
	(void)strtoull(text, &end, 10); /* the size; resident pages come second */
	return strtoull(end, NULL, 10) * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void where_counts_by_frame(void **state)
{
	struct placer p;
	uint64_t near = 0;

	(void)state;
	if (!rig_sees_frames())
		skip();
	start(&p);
	for (int i = 0; i < PAGES; i++)
		near += p.frames[i] >= p.frames[3] && p.frames[i] < p.frames[3] + 4;
	ask(&p, &(struct placer_request){
			.task = PLACER_WHERE, .first_frame = p.frames[3], .n_frames = 4});
	assert_int_equal(p.answer.wanted, PAGES);
	assert_int_equal(p.answer.in_range, near);
	ask(&p, &(struct placer_request){
			.task = PLACER_WHERE, .first_frame = 1, .n_frames = PAGEMAP_FRAME_MASK});
	assert_int_equal(p.answer.in_range, PAGES);
	ask(&p, &(struct placer_request){
			.task = PLACER_WHERE, .first_frame = 1ULL << 50, .n_frames = 100});
	assert_int_equal(p.answer.in_range, 0);
	assert_int_equal(p.answer.moved, 0);
	assert_int_equal(finish(&p), 0);
}

static void many_targets_come_in_packets(void **state)
{
	const size_t n = PLACER_PACKET_TARGETS * 2 + 5;
	cleanup_free struct placer_target *targets = memory_alloc(n, sizeof(*targets));
	struct placer p;

	(void)state;
	if (!rig_sees_frames())
		skip();
	start(&p);
	for (size_t i = 0; i < n; i++) {
		targets[i] = p.target;
		targets[i].count = 1;
		targets[i].address += i % PAGES * p.page_size;
	}
	ask_about(&p,
		  &(struct placer_request){
			  .task = PLACER_WHERE, .first_frame = 1, .n_frames = PAGEMAP_FRAME_MASK},
		  targets, n);
	assert_int_equal(p.answer.wanted, n);
	assert_int_equal(p.answer.in_range, n);
	ask_about(&p, &(struct placer_request){.task = PLACER_WHERE}, targets, 0);
	assert_int_equal(p.answer.wanted, 0);
	assert_int_equal(finish(&p), 0);
}

static void home_leaves_what_is_at_home(void **state)
{
	struct placer p;

	(void)state;
	if (!rig_sees_frames())
		skip();
	start(&p);
	p.target.home_node = 0;
	ask(&p, &(struct placer_request){.task = PLACER_HOME, .budget_ns = NS_PER_S});
	assert_int_equal(p.answer.wanted, PAGES);
	assert_int_equal(p.answer.moved, 0);
	p.target.home_node = PLACER_NO_NODE;
	ask(&p, &(struct placer_request){.task = PLACER_HOME, .budget_ns = NS_PER_S});
	assert_int_equal(p.answer.moved, 0);
	/* A target that has ended is no error. */
	p.target.pid = 0x3fffffff;
	p.target.home_node = 0;
	ask(&p, &(struct placer_request){.task = PLACER_HOME, .budget_ns = NS_PER_S});
	assert_int_equal(finish(&p), 0);
}

static void pages_in_place_take_no_memory(void **state)
{
	struct placer p;

	(void)state;
	if (!rig_sees_frames())
		skip();
	start(&p);
	ask(&p, &(struct placer_request){.task = PLACER_PLACE,
					 .first_frame = 1,
					 .n_frames = PAGEMAP_FRAME_MASK,
					 .away_node = PLACER_NO_NODE,
					 .budget_bytes = 64 * MIB,
					 .budget_ns = NS_PER_S});
	assert_int_equal(p.answer.in_range, PAGES);
	assert_int_equal(p.answer.hoard_bytes, 0);
	assert_int_equal(p.answer.moved, 0);
	assert_int_equal(finish(&p), 0);
}

/*
 * A range that no memory is in: all that may be taken is, and given back before the answer. The
 * node that the pages are to leave for is the one where they are: none of them moves.
 */
static void hoard_keeps_its_budget_and_is_given_back(void **state)
{
	struct placer p;
	uint64_t before;

	(void)state;
	if (!rig_sees_frames())
		skip();
	start(&p);
	ask(&p, &(struct placer_request){.task = PLACER_WHERE});
	before = resident_bytes(p.process.pid);
	ask(&p, &(struct placer_request){.task = PLACER_PLACE,
					 .first_frame = 1ULL << 50,
					 .n_frames = 32768,
					 .away_node = 0,
					 .budget_bytes = 65 * MIB,
					 .budget_ns = 5 * NS_PER_S});
	assert_int_equal(p.answer.wanted, PAGES);
	assert_int_equal(p.answer.in_range, 0);
	assert_int_equal(p.answer.hoard_bytes, 64 * MIB);
	assert_int_equal(p.answer.moved, 0);
	assert_true(resident_bytes(p.process.pid) < before + 8 * MIB);
	assert_int_equal(finish(&p), 0);
}

static void without_a_second_node_nothing_is_taken(void **state)
{
	struct placer p;

	(void)state;
	if (!rig_sees_frames())
		skip();
	start(&p);
	ask(&p, &(struct placer_request){.task = PLACER_PLACE,
					 .first_frame = 1ULL << 50,
					 .n_frames = 32768,
					 .away_node = PLACER_NO_NODE,
					 .budget_bytes = 64 * MIB,
					 .budget_ns = NS_PER_S});
	assert_int_equal(p.answer.wanted, PAGES);
	assert_int_equal(p.answer.in_range, 0);
	assert_int_equal(p.answer.hoard_bytes, 0);
	assert_int_equal(finish(&p), 0);
}

static void time_budget_is_kept(void **state)
{
	struct placer p;
	uint64_t begin_ns;

	(void)state;
	if (!rig_sees_frames())
		skip();
	start(&p);
	begin_ns = clock_monotonic_ns();
	ask(&p, &(struct placer_request){.task = PLACER_PLACE,
					 .first_frame = 1ULL << 50,
					 .n_frames = 32768,
					 .away_node = 0,
					 .budget_bytes = 1024 * MIB,
					 .budget_ns = 10 * NS_PER_MS});
	assert_true(clock_monotonic_ns() - begin_ns < NS_PER_S);
	assert_true(p.answer.elapsed_ns >= 10 * NS_PER_MS);
	assert_true(p.answer.hoard_bytes < 1024 * MIB);
	assert_true(p.answer.hoard_bytes > 0);
	assert_int_equal(finish(&p), 0);
}

static void nonsense_ends_it_with_a_line(void **state)
{
	static const struct placer_request wrong[] = {
		{.magic = PLACER_MAGIC + 1},
		{.magic = PLACER_MAGIC, .task = PLACER_TASKS},
		{.magic = PLACER_MAGIC, .n_targets = PLACER_MAX_TARGETS + 1},
	};

	(void)state;
	for (size_t i = 0; i <= ARRAY_SIZE(wrong); i++) {
		char text[256] = "";
		struct placer p;
		int status;

		start(&p);
		if (i < ARRAY_SIZE(wrong))
			assert_true(send(p.fd, &wrong[i], sizeof(wrong[i]), MSG_NOSIGNAL) > 0);
		else
			assert_true(send(p.fd, "short", 5, MSG_NOSIGNAL) > 0);
		assert_int_equal(recv(p.fd, &p.answer, sizeof(p.answer), 0), 0);
		assert_true(waitpid(p.process.pid, &status, 0) == p.process.pid);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 3);
		assert_true(pread(p.stderr_fd, text, sizeof(text) - 1, 0) > 0);
		assert_non_null(strstr(text, "no request to the placer"));
		assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
		(void)close(p.fd);
		(void)close(p.stderr_fd);
		if (p.process.pidfd >= 0)
			(void)close(p.process.pidfd);
		(void)munmap(p.pages, PAGES * p.page_size);
	}
}

int test_placer(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(where_counts_by_frame),
		cmocka_unit_test(many_targets_come_in_packets),
		cmocka_unit_test(home_leaves_what_is_at_home),
		cmocka_unit_test(pages_in_place_take_no_memory),
		cmocka_unit_test(hoard_keeps_its_budget_and_is_given_back),
		cmocka_unit_test(without_a_second_node_nothing_is_taken),
		cmocka_unit_test(time_budget_is_kept),
		cmocka_unit_test(nonsense_ends_it_with_a_line),
	};

	return cmocka_run_group_tests_name("workloads: placer", tests, NULL, NULL);
}
