// SPDX-License-Identifier: GPL-2.0-or-later
#include "drive/test_drive.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "drive/move_call.h"
#include "drive/test_world.h"

static const struct move_event *one_call(size_t count, uint32_t node)
{
	static struct move_event event;
	struct move_call call;

	memset(&event, 0, sizeof(event));
	move_call_init(&call, WORLD_PAGES, world_move);
	assert_int_equal(move_call_query(&call, &world_targets[0], 0, count), 0);
	(void)move_call_make(&call, &world_targets[0], count, node, &event);
	move_call_done(&call);
	assert_true(event.pages == event.moved + event.not_moved + event.already_there);
	assert_true(event.latency.count == event.calls);
	return &event;
}

static void moved_pages_are_counted(void **state)
{
	const struct move_event *event;

	(void)state;
	world_init(8);
	world.place[0][3] = 1;
	event = one_call(8, 1);
	assert_int_equal(event->pages, 8);
	assert_int_equal(event->moved, 7);
	assert_int_equal(event->already_there, 1);
	assert_int_equal(event->not_moved, 0);
	assert_int_equal(event->batch_calls, 1);
	assert_int_equal(event->n_status, 1);
	assert_int_equal(world_by_status(event, 0), 7);
	assert_int_equal(world.bad_flags + world.bad_prefill, 0);
}

/* The words of the whole batch are untouched; the query tells which page it was. */
static void a_stuck_page_is_counted_alone(void **state)
{
	const struct move_event *event;

	(void)state;
	world_init(8);
	world.is_stuck[5] = true;
	event = one_call(8, 1);
	assert_int_equal(event->moved, 7);
	assert_int_equal(event->not_moved, 1);
	assert_int_equal(event->returned, 1);
	assert_int_equal(event->failed_call_pages, 0);
	assert_int_equal(world_by_status(event, INT32_MIN), 8);
	assert_int_equal(world_by_status(event, 0), 0);
}

#define BATCH 16
static int places[BATCH];

/* As do_pages_move() does it: page @BUSY cannot be queued, page @STUCK of those before it fails. */
#define BUSY 3
#define STUCK 1
static long move_in_queues(int pid, unsigned long count, void **pages, const int *nodes, int *status,
			   int flags)
{
	(void)pid;
	(void)pages;
	(void)flags;
	if (!nodes) {
		memcpy(status, places, count * sizeof(*status));
		return 0;
	}
	status[BUSY] = -EBUSY;
	for (size_t i = 0; i < BUSY; i++)
		places[i] = i == STUCK ? places[i] : nodes[i];
	return 1 + (long)count - BUSY - 1;
}

/* The kernel ends the call at the queue with the page that failed: no other one was tried and given up on. */
static void pages_that_the_call_did_not_come_to(void **state)
{
	struct move_event event = {0};
	struct move_call call;

	(void)state;
	world_init(BATCH);
	memset(places, 0, sizeof(places));
	move_call_init(&call, BATCH, move_in_queues);
	assert_int_equal(move_call_query(&call, &world_targets[0], 0, BATCH), 0);
	assert_int_equal(move_call_make(&call, &world_targets[0], BATCH, 1, &event), 0);
	move_call_done(&call);
	assert_int_equal(event.moved, 2);
	assert_int_equal(event.not_moved, 14);
	assert_int_equal(event.gave_up, 1);
	assert_int_equal(event.returned, 13);
	assert_int_equal(event.n_stuck, 1);
	assert_int_equal(event.stuck[0].address,
			 world_targets[0].base_address + STUCK * world_targets[0].page_size);
}

/* Of each process one is told, the last: so that who holds them can be asked of all. */
static void a_stuck_page_of_each_process_is_told(void **state)
{
	struct move_event event = {0};
	struct move_call call;

	(void)state;
	world_init(8);
	world.is_stuck[3] = world.is_stuck[5] = true;
	move_call_init(&call, WORLD_PAGES, world_move);
	for (int i = 0; i < 4; i++) {
		const struct move_target *target = &world_targets[i % 2];

		assert_int_equal(move_call_query(&call, target, 0, 8), 0);
		(void)move_call_make(&call, target, 8, 1, &event);
	}
	move_call_done(&call);
	assert_int_equal(event.gave_up, 8);
	assert_int_equal(event.n_stuck, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(event.stuck[i].pid, world_targets[i].pid);
		assert_int_equal(event.stuck[i].address, world_targets[i].base_address +
								 5 * world_targets[i].page_size);
	}
}

static void pages_not_tried_are_not_moved(void **state)
{
	const struct move_event *event;

	(void)state;
	world_init(8);
	world.is_stuck[5] = true;
	world.gives_up_at_first = true;
	event = one_call(8, 1);
	assert_int_equal(event->moved, 5);
	assert_int_equal(event->not_moved, 3);
	assert_int_equal(event->returned, 3);
}

static void a_pages_own_error_is_counted(void **state)
{
	const struct move_event *event;

	(void)state;
	world_init(8);
	world.page_error[2] = -EBUSY;
	world.page_error[4] = -ENOENT;
	event = one_call(8, 1);
	assert_int_equal(event->moved, 6);
	assert_int_equal(event->not_moved, 2);
	assert_int_equal(event->returned, 0);
	assert_int_equal(world_by_status(event, -EBUSY), 1);
	assert_int_equal(world_by_status(event, -ENOENT), 1);
	assert_int_equal(world_by_status(event, 0), 6);
}

static void a_failed_call_moves_nothing(void **state)
{
	static const int errors[] = {ENODEV, ENOMEM, EPERM, EACCES};

	(void)state;
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		const struct move_event *event;

		world_init(8);
		world.call_error = errors[i];
		event = one_call(8, 1);
		assert_int_equal(event->call_errors, 1);
		assert_int_equal(world_by_status(event, -errors[i]), 1);
		assert_int_equal(world_by_status(event, INT32_MIN), 8);
		assert_int_equal(event->not_moved, 8);
		assert_int_equal(event->failed_call_pages, 8);
	}
}

/* Killed during the call: nobody can say any more where its pages are, and they are not. */
static void pages_of_a_process_that_ended_are_not_judged(void **state)
{
	const struct move_event *event;

	(void)state;
	world_init(8);
	world.gone_at_call[0] = 1;
	event = one_call(8, 1);
	assert_int_equal(event->calls, 1);
	assert_int_equal(event->call_errors, 1);
	assert_int_equal(world_by_status(event, -ESRCH), 1);
	assert_int_equal(event->pages, 0);
}

static void more_statuses_than_fit_leave_the_totals_right(void **state)
{
	const struct move_event *event;

	(void)state;
	world_init(WORLD_PAGES);
	for (int i = 0; i < WORLD_PAGES; i++)
		world.page_error[i] = -1 - i;
	event = one_call(WORLD_PAGES, 1);
	assert_int_equal(event->n_status, MOVE_MAX_STATUS);
	assert_int_equal(event->not_moved, WORLD_PAGES);
}

/* The kernel of this machine, and pages of this process: nothing of the host changes. */
static void the_real_call_answers_as_the_fake_one(void **state)
{
	struct move_target self = {.pid = getpid(), .pages = 4, .page_size = PAGE};
	struct move_event event = {0};
	struct move_call call;
	volatile char *pages;
	int home;

	(void)state;
	pages = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_true(pages != MAP_FAILED);
	for (size_t i = 0; i < 3; i++) /* the fourth is not there */
		pages[i * PAGE] = 1;
	self.base_address = (uintptr_t)pages;
	move_call_init(&call, 4, NULL);
	assert_int_equal(move_call_query(&call, &self, 0, 4), 0);
	home = call.before[0];
	assert_true(home >= 0);
	assert_int_equal(call.before[3], -ENOENT);
	if (move_call_make(&call, &self, 3, (uint32_t)home, &event) == -EPERM) {
		move_call_done(&call);
		skip(); /* no CAP_SYS_NICE */
	}
	assert_int_equal(event.already_there, 3);
	assert_int_equal(event.moved + event.not_moved + event.call_errors, 0);

	memset(&event, 0, sizeof(event));
	assert_int_equal(move_call_make(&call, &self, 3, 1023, &event), -ENODEV);
	assert_int_equal(world_by_status(&event, -ENODEV), 1);
	assert_int_equal(world_by_status(&event, INT32_MIN), 3);
	assert_int_equal(event.not_moved, 3);
	move_call_done(&call);
	(void)munmap((void *)pages, 4 * PAGE);
}

static void an_ended_child_is_gone_before_it_is_reaped(void **state)
{
	struct move_target target = {.base_address = PAGE, .pages = 1, .page_size = PAGE};
	struct move_call call;
	siginfo_t info;
	pid_t pid;
	int r;

	(void)state;
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(0);
	target.pid = pid;
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	move_call_init(&call, 1, NULL);
	r = move_call_query(&call, &target, 0, 1);
	assert_true(r < 0 && move_call_process_gone(r));
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	r = move_call_query(&call, &target, 0, 1);
	assert_true(r < 0 && move_call_process_gone(r));
	assert_false(move_call_process_gone(-EPERM));
	move_call_done(&call);
}

int test_move_call(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(moved_pages_are_counted),
		cmocka_unit_test(a_stuck_page_is_counted_alone),
		cmocka_unit_test(pages_that_the_call_did_not_come_to),
		cmocka_unit_test(a_stuck_page_of_each_process_is_told),
		cmocka_unit_test(pages_not_tried_are_not_moved),
		cmocka_unit_test(a_pages_own_error_is_counted),
		cmocka_unit_test(a_failed_call_moves_nothing),
		cmocka_unit_test(pages_of_a_process_that_ended_are_not_judged),
		cmocka_unit_test(more_statuses_than_fit_leave_the_totals_right),
		cmocka_unit_test(the_real_call_answers_as_the_fake_one),
		cmocka_unit_test(an_ended_child_is_gone_before_it_is_reaped),
	};

	return cmocka_run_group_tests_name("drive: one move_pages call", tests, NULL, NULL);
}
