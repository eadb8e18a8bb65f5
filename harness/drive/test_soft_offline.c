// SPDX-License-Identifier: GPL-2.0-or-later
/* The injections and their books, against a kernel of a few lines that can be made to miscount. */
#include "drive/test_drive.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "drive/test_fake_poison.h"

static void run_to_the_end(struct fake_poison *f)
{
	int r;

	while ((r = soft_offline_step(&f->s)) == 1)
		;
	assert_int_equal(r, 0);
}

static uint64_t count_case(const struct fake_poison *f, enum soft_offline_case which, int error)
{
	uint64_t n = 0;

	for (size_t i = 0; i < f->n_told; i++)
		n += f->told[i].which == which && f->told[i].error == error;
	return n;
}

static void a_good_kernel_keeps_the_books(void **state)
{
	uint64_t ways[SOFT_OFFLINE_WAYS] = {0}, poisoned = 0;
	struct fake_poison f;

	(void)state;
	fake_poison_init(&f, FAKE_ALL);
	run_to_the_end(&f);
	assert_int_equal(f.n_told, FAKE_ALL);
	assert_int_equal(f.injections, FAKE_ALL);
	assert_int_equal(f.ledgers, FAKE_ALL);
	assert_int_equal(count_case(&f, SOFT_OFFLINE_PLAIN, 0), FAKE_ALL / 2);
	assert_int_equal(count_case(&f, SOFT_OFFLINE_NO_MEMORY, ENOMEM), FAKE_ALL / 6);
	assert_int_equal(count_case(&f, SOFT_OFFLINE_HELD, EBUSY), FAKE_ALL / 6);
	assert_int_equal(count_case(&f, SOFT_OFFLINE_TWICE, 0), FAKE_ALL / 12);
	assert_int_equal(count_case(&f, SOFT_OFFLINE_FREED, 0), FAKE_ALL / 12);
	for (size_t k = 0; k < f.n_told; k++) {
		const struct soft_offline_injection *i = &f.told[k];
		bool adds = i->error == 0 && !i->was_poisoned;

		assert_int_equal(i->number, k);
		assert_true(i->knows_corrupted && i->knows_poisoned);
		assert_int_equal(i->corrupted_after_bytes - i->corrupted_before_bytes,
				 adds ? FAKE_PAGE : 0);
		assert_int_equal(i->is_poisoned, i->error == 0);
		assert_int_equal(i->was_poisoned, i->which == SOFT_OFFLINE_TWICE);
		assert_int_equal(i->target == NULL, i->which == SOFT_OFFLINE_TWICE);
		assert_int_equal(i->is_checked,
				 i->which != SOFT_OFFLINE_TWICE && i->which != SOFT_OFFLINE_FREED);
		if (i->is_checked) {
			assert_true(i->is_intact);
			assert_int_equal(i->new_frame != i->frame, i->error == 0);
		}
		assert_string_equal(soft_offline_expected(i), i->which == SOFT_OFFLINE_TWICE
								      ? "already"
							      : i->error == 0	   ? "poisoned"
							      : i->error == ENOMEM ? "ENOMEM"
										   : "EBUSY");
		ways[i->way]++;
		poisoned += adds;
	}
	assert_int_equal(f.corrupted, poisoned * FAKE_PAGE);
	assert_true(ways[SOFT_OFFLINE_MADVISE] >= FAKE_ALL / 3 &&
		    ways[SOFT_OFFLINE_SYSFS] >= FAKE_ALL / 3);
	assert_string_equal(f.fault, "");
}

static void a_failure_that_counts_is_seen(void **state)
{
	struct fake_poison f;
	size_t wrong = 0;

	(void)state;
	fake_poison_init(&f, FAKE_ALL);
	f.counts_failures = true;
	run_to_the_end(&f);
	for (size_t k = 0; k < f.n_told; k++) {
		const struct soft_offline_injection *i = &f.told[k];

		if (i->error != ENOMEM)
			continue;
		wrong++;
		assert_int_equal(i->corrupted_after_bytes - i->corrupted_before_bytes, FAKE_PAGE);
		assert_true(i->is_poisoned && !i->was_poisoned);
	}
	assert_true(wrong > 0);
}

static void changed_content_is_seen(void **state)
{
	struct fake_poison f;

	(void)state;
	fake_poison_init(&f, 1);
	f.changes_content = true;
	run_to_the_end(&f);
	assert_true(f.told[0].is_checked && !f.told[0].is_intact);
}

static void a_page_that_cannot_migrate_is_only_counted(void **state)
{
	struct fake_poison f;

	(void)state;
	fake_poison_init(&f, 2);
	f.plain_answer = -EBUSY;
	run_to_the_end(&f);
	assert_int_equal(f.told[0].error, EBUSY);
	assert_int_equal(f.told[0].new_frame, f.told[0].frame);
	assert_false(f.told[0].is_poisoned);
	assert_string_equal(soft_offline_expected(&f.told[0]), "poisoned");
	assert_int_equal(f.corrupted, 0);
}

static void without_a_ledger_nothing_is_injected(void **state)
{
	struct fake_poison f;

	(void)state;
	fake_poison_init(&f, FAKE_ALL);
	f.failing_ledgers = 2;
	assert_int_equal(soft_offline_step(&f.s), 1);
	assert_int_equal(soft_offline_step(&f.s), 1);
	assert_int_equal(f.injections, 0);
	assert_int_equal(f.n_told, 0);
	assert_non_null(strstr(f.fault, "ENOSPC"));
	/* Two, and then it goes on; the number and the budget are those of what was done. */
	run_to_the_end(&f);
	assert_int_equal(f.n_told, FAKE_ALL);
	fake_poison_init(&f, FAKE_ALL);
	f.failing_ledgers = 3;
	assert_int_equal(soft_offline_step(&f.s), 1);
	assert_int_equal(soft_offline_step(&f.s), 1);
	assert_int_equal(soft_offline_step(&f.s), -ENOSPC);
	assert_int_equal(f.injections, 0);
}

static void a_held_page_is_let_go_whatever_happens(void **state)
{
	struct fake_poison f;
	int r;

	(void)state;
	fake_poison_init(&f, FAKE_ALL);
	while (f.s.number < 4)
		assert_int_equal(soft_offline_step(&f.s), 1);
	f.failing_ledgers = 1;
	r = soft_offline_step(&f.s); /* the first held one */
	assert_int_equal(r, 1);
	assert_false(f.is_held);
	f.failing_task = SOFT_OFFLINE_TASK_RELEASE;
	f.ask_fails = -ETIMEDOUT;
	assert_int_equal(soft_offline_step(&f.s), -ETIMEDOUT);
	assert_non_null(strstr(f.fault, "not let go"));
}

static void a_worker_without_answer_ends_it(void **state)
{
	static const enum soft_offline_task tasks[] = {SOFT_OFFLINE_TASK_INJECT,
						       SOFT_OFFLINE_TASK_CHECK};

	(void)state;
	for (size_t k = 0; k < ARRAY_SIZE(tasks); k++) {
		struct fake_poison f;

		fake_poison_init(&f, FAKE_ALL);
		f.failing_task = tasks[k];
		f.ask_fails = -ETIMEDOUT;
		assert_int_equal(soft_offline_step(&f.s), -ETIMEDOUT);
		/* What was begun is told, so that the books have no hole. */
		assert_int_equal(f.n_told, 1);
		assert_false(f.told[0].is_checked);
		/* What an injection without answer comes to is not read, so it is no figure. */
		if (tasks[k] == SOFT_OFFLINE_TASK_INJECT)
			assert_false(f.told[0].knows_corrupted || f.told[0].knows_pool ||
				     f.told[0].knows_poisoned);
		assert_non_null(strstr(f.fault, "process 77"));
	}
}

static void frames_that_are_hidden_end_it(void **state)
{
	struct fake_poison f;

	(void)state;
	fake_poison_init(&f, FAKE_ALL);
	f.hides_frames = true;
	assert_int_equal(soft_offline_step(&f.s), -EPERM);
	assert_int_equal(f.ledgers, 0);
	assert_non_null(strstr(f.fault, "EPERM"));
}

static void without_fault_injection_pages_are_held(void **state)
{
	struct fake_poison f;

	(void)state;
	fake_poison_init(&f, FAKE_ALL);
	f.s.hooks.can_fail_allocations = false;
	run_to_the_end(&f);
	assert_int_equal(count_case(&f, SOFT_OFFLINE_NO_MEMORY, ENOMEM), 0);
	assert_int_equal(count_case(&f, SOFT_OFFLINE_HELD, EBUSY), FAKE_ALL / 3);
}

static void nodes_are_told(void **state)
{
	struct fake_poison f;

	(void)state;
	fake_poison_init(&f, FAKE_ALL);
	run_to_the_end(&f);
	for (size_t k = 0; k < f.n_told; k++)
		assert_int_equal(f.told[k].node, f.told[k].frame < 128 ? 3 : -1);
	assert_int_equal(f.told[0].node, 3);
}

static void clean_pages_of_a_file_are_dropped(void **state)
{
	struct fake_poison f;

	(void)state;
	fake_poison_init(&f, FAKE_ALL);
	f.target.is_file = true;
	run_to_the_end(&f);
	assert_int_equal(count_case(&f, SOFT_OFFLINE_FREED, 0), 0);
	assert_int_equal(count_case(&f, SOFT_OFFLINE_CLEAN, 0), FAKE_ALL / 12);
	for (size_t k = 0; k < f.n_told; k++)
		if (f.told[k].which == SOFT_OFFLINE_CLEAN)
			assert_true(f.told[k].is_poisoned && !f.told[k].is_checked);
}

/* Who has waited for a huge page lets go of it a moment after it has moved; or never. */
static void a_pool_may_take_a_moment(void **state)
{
	struct fake_poison f;

	(void)state;
	fake_poison_init(&f, 1);
	f.is_hugetlb = true;
	f.late_pool_reads = 3;
	run_to_the_end(&f);
	assert_true(f.told[0].knows_pool);
	assert_int_equal(f.told[0].pool_before_pages, 8);
	assert_int_equal(f.told[0].pool_after_pages, 8);
	fake_poison_init(&f, 1);
	f.is_hugetlb = true;
	f.late_pool_reads = 1000;
	run_to_the_end(&f);
	assert_int_equal(f.told[0].pool_after_pages, 9);
}

static void no_targets_is_said(void **state)
{
	struct soft_offline s = {0};
	struct err e = {0};

	(void)state;
	assert_int_equal(soft_offline_begin(&s, &e), -EINVAL);
	assert_non_null(strstr(e.text, "[workers]"));
}

static void poison_is_taken_back(void **state)
{
	struct fake_poison f;

	(void)state;
	fake_poison_init(&f, FAKE_ALL);
	run_to_the_end(&f);
	assert_true(f.corrupted > 0);
	f.busy_unpoisons = 3;
	for (size_t k = 0; k < f.n_told; k++) {
		bool is_set = poison_is_set(&f.kernel, f.told[k].frame);

		assert_int_equal(poison_undo(&f.kernel, f.told[k].frame), is_set);
		assert_false(poison_is_set(&f.kernel, f.told[k].frame));
	}
	assert_int_equal(f.corrupted, 0);
}

static void poison_that_stays_is_told(void **state)
{
	struct fake_poison f;

	(void)state;
	fake_poison_init(&f, 1);
	run_to_the_end(&f);
	f.keeps_poison = true;
	assert_int_equal(poison_undo(&f.kernel, f.told[0].frame), -EBUSY);
	f.keeps_poison = false;
	f.busy_unpoisons = 1000;
	assert_int_equal(poison_undo(&f.kernel, f.told[0].frame), -EBUSY);
	assert_true(poison_is_set(&f.kernel, f.told[0].frame));
}

int test_soft_offline(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_kernel_keeps_the_books),
		cmocka_unit_test(a_failure_that_counts_is_seen),
		cmocka_unit_test(changed_content_is_seen),
		cmocka_unit_test(a_page_that_cannot_migrate_is_only_counted),
		cmocka_unit_test(without_a_ledger_nothing_is_injected),
		cmocka_unit_test(a_held_page_is_let_go_whatever_happens),
		cmocka_unit_test(a_worker_without_answer_ends_it),
		cmocka_unit_test(frames_that_are_hidden_end_it),
		cmocka_unit_test(without_fault_injection_pages_are_held),
		cmocka_unit_test(nodes_are_told),
		cmocka_unit_test(clean_pages_of_a_file_are_dropped),
		cmocka_unit_test(a_pool_may_take_a_moment),
		cmocka_unit_test(no_targets_is_said),
		cmocka_unit_test(poison_is_taken_back),
		cmocka_unit_test(poison_that_stays_is_told),
	};

	return cmocka_run_group_tests_name("soft_offline", tests, NULL, NULL);
}
