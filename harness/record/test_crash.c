// SPDX-License-Identifier: GPL-2.0-or-later
/* SIGKILL at any moment: what an intent said is there, and the journal can be read and gone on with. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "record/record.h"
#include "record/test_record.h"

#define ROUNDS 50
#define INTENTS_WANTED 3 /* in every other round, however slow the host is */

/* Shared with the child that is going to be killed. */
struct progress {
	uint64_t intents; /* that returned */
};

static void *record_for_ever(void *context)
{
	for (uint64_t i = 0;; i++) {
		record_aimed(context, i);
		if (i % 64 == 0)
			record_flush(context);
	}
	return NULL;
}

static void __attribute__((noreturn)) child(const char *folder, struct progress *p)
{
	struct recorder *r = NULL;
	pthread_t thread;

	if (recorder_open(folder, &r, NULL) < 0 ||
	    pthread_create(&thread, NULL, record_for_ever, r) != 0)
		_exit(1);
	for (;;) {
		if (record_intent(r, "offline", 5, 0, ZONE_MOVABLE) < 0)
			_exit(1);
		__atomic_add_fetch(&p->intents, 1, __ATOMIC_SEQ_CST);
	}
}

static void wait_for_intents(struct progress *p)
{
	static const struct timespec tick = {.tv_nsec = 100000};

	for (int i = 0; i < 200000; i++) {
		if (__atomic_load_n(&p->intents, __ATOMIC_SEQ_CST) >= INTENTS_WANTED)
			return;
		(void)nanosleep(&tick, NULL);
	}
	fail_msg("no intent was put on disk in twenty seconds");
}

static void test_kill(void **state)
{
	struct progress *p = mmap(NULL, sizeof(*p), PROT_READ | PROT_WRITE,
				  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	uint64_t all_intents = 0;

	(void)state;
	assert_ptr_not_equal(p, MAP_FAILED);
	for (int round = 0; round < ROUNDS; round++) {
		char *folder = test_folder(), *events = test_path(folder, "events.jsonl");
		struct timespec pause = {.tv_nsec = 1000000L + 700000L * round};
		struct recorder *r = NULL;
		struct journal_figures before, after;
		int status;
		pid_t pid;

		p->intents = 0;
		pid = fork();
		if (pid == 0)
			child(folder, p);
		assert_true(pid > 0);
		(void)nanosleep(&pause, NULL);
		if (round % 2)
			wait_for_intents(p);
		assert_int_equal(kill(pid, SIGKILL), 0);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status)); /* it was recording to the last */
		if (access(events, F_OK) == 0) {
			all_intents += p->intents;
			before = test_figures(events);
			assert_int_equal(before.corrupt + before.gaps, 0);
			assert_true(test_count(events, "intent") >= p->intents);
			assert_int_equal(recorder_reopen(folder, &r, NULL), 0);
			record_restore(r, 0, NULL, 0, true);
			recorder_close(r);
			after = test_figures(events);
			assert_int_equal(after.corrupt + after.gaps + after.torn, 0);
			assert_int_equal(after.events, before.events + 1);
		}
		free(events);
		test_folder_done(folder);
	}
	assert_true(all_intents > ROUNDS);
	(void)munmap(p, sizeof(*p));
}

const struct CMUnitTest crash_tests[] = {
	cmocka_unit_test(test_kill),
};
const size_t n_crash_tests = ARRAY_SIZE(crash_tests);
