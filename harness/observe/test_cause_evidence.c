// SPDX-License-Identifier: GPL-2.0-or-later
/* What is made of what the programs saw; and programs that cannot be. */
#include <errno.h>
#include <stdlib.h>

#include "base/memory.h"
#include "observe/bpf_text.h"
#include "observe/cause_evidence.h"
#include "observe/test_observe.h"

static void no_waiter_is_blamed_unseen(void **state)
{
	(void)state;
	for (unsigned int seen = 0; seen < SEEN_ALL; seen++) {
		enum eagain_cause cause = eagain_cause_of(seen, WAITERS_HOLD_NOTHING);

		assert_true(cause < EAGAIN_CAUSES && cause != EAGAIN_LOCK);
		if (seen >> SEEN_HELD_SHIFT >= HELD_ARRIVING)
			assert_true(cause == EAGAIN_BATCH || cause == EAGAIN_OTHER_HOLDER);
		if (seen & SEEN_LOOKER)
			assert_int_not_equal(cause, EAGAIN_WAITER);
		if (!(seen & (SEEN_WAITER | SEEN_LET_GO)) && seen >> SEEN_HELD_SHIFT == HELD_NO)
			assert_int_not_equal(cause, EAGAIN_WAITER);
	}
}

/* But where only their number is known, and it was as many as references. */
static void no_waiter_has_slept_unseen(void **state)
{
	(void)state;
	for (unsigned int seen = 0; seen < SEEN_ALL; seen++) {
		enum eagain_cause by_number = eagain_cause_of(seen, WAITERS_HOLD_ASLEEP);
		enum eagain_cause by_page = eagain_cause_of(seen, WAITERS_HOLD_SEEN);

		if (seen & SEEN_SLEEPER)
			assert_int_not_equal(by_page, EAGAIN_QUEUEING_WAITER);
		else
			assert_int_not_equal(by_page, EAGAIN_WAITER);
		if (by_number != by_page) {
			assert_int_equal(seen >> SEEN_HELD_SHIFT, HELD_ARRIVING);
			assert_int_equal(by_number, EAGAIN_WAITER);
			assert_int_equal(by_page, EAGAIN_QUEUEING_WAITER);
		}
	}
}

static void jumps_without_a_label(void **state)
{
	struct bpf_text *t = memory_alloc(1, sizeof(*t));

	(void)state;
	bpf_text_begin(t);
	bpf_jump(t, bpf_label(t));
	bpf_return(t);
	assert_int_equal(bpf_text_end(t), -EINVAL);
	bpf_text_begin(t);
	for (int i = 0; i <= BPF_TEXT_MAX; i++)
		bpf_number(t, BPF_MOV, 0, 0);
	assert_int_equal(bpf_text_end(t), -E2BIG);
	bpf_text_begin(t);
	for (int i = 0; i <= BPF_TEXT_LABELS; i++)
		bpf_set_label(t, bpf_label(t));
	assert_int_equal(bpf_text_end(t), -E2BIG);
	free(t);
}

int test_cause_evidence(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_waiter_is_blamed_unseen),
		cmocka_unit_test(no_waiter_has_slept_unseen),
		cmocka_unit_test(jumps_without_a_label),
	};

	return cmocka_run_group_tests_name("cause_evidence", tests, NULL, NULL);
}
