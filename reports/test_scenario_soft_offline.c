// SPDX-License-Identifier: GPL-2.0-or-later
/* Every way in which the books about poisoned frames can be wrong, and what is only said of them.
 */
#include "reports/test_books.h"

#include <string.h>

#include "base/cleanup.h"

static void test_right_books(void **state)
{
	struct books b = {0};

	(void)state;
	books_run(&b);
	test_verdict_is(&b.run, "pass", 0, "the books are right: 200 injections, 80 frames");
	test_is_text(&b.run, "scenarios.0.verdict", "pass");
	test_is_json(&b.run, "scenarios.0.numbers",
		     "{'injections':200,'succeeded':120,'forced_failures':80,'failed_EBUSY':40,"
		     "'failed_ENOMEM':40,'corrupted_expected_bytes':327680,"
		     "'corrupted_seen_bytes':327680,'corrupted_start_bytes':8192,"
		     "'corrupted_end_bytes':8192,'frames_expected':80,'frames_seen':80,"
		     "'frames_given_back':80,'frames_left':0,'pages_changed':0,'wrong':0}");
	test_is_json(&b.run, "soft_offline.outcomes", "{'EBUSY':40,'ENOMEM':40,'OK':120}");
	test_is_json(&b.run, "soft_offline.ways", "{'madvise':80,'sysfs':120}");
	test_is_json(&b.run, "soft_offline.kinds",
		     "[{'kind':'private-anonymous','injections':120,'succeeded':80,'huge':0},"
		     "{'kind':'private-hugetlb','injections':40,'succeeded':0,'huge':40}]");
	test_is_json(&b.run, "soft_offline.cases.1",
		     "{'case':'no-memory','injections':40,'as_expected':40}");
	test_is_json(&b.run, "soft_offline.content", "{'checked':40,'changed':0}");
	test_is_absent(&b.run, "soft_offline.first_wrong");
	test_is_unmeasured(&b.run, "soft_offline.memory_failures", "6.3");
	test_run_done(&b.run);
}

/* The defect of the record: a failure below zero counts as if the page had been migrated. */
static void failures_count(struct injection *i, uint64_t number)
{
	(void)number;
	if (strcmp(i->error, "ENOMEM") == 0) {
		i->grows = BOOKS_PAGE;
		i->is_poisoned = true;
	}
}

static void only_the_last_failure_counts(struct injection *i, uint64_t number)
{
	if (number == BOOKS_ALL - 4)
		failures_count(i, number);
}

static void a_failure_counts_unflagged(struct injection *i, uint64_t number)
{
	i->grows = number == 2 ? BOOKS_PAGE : i->grows;
}

static void a_failure_is_flagged_uncounted(struct injection *i, uint64_t number)
{
	i->is_poisoned = number == 2 ? true : i->is_poisoned;
}

static void a_success_is_not_counted(struct injection *i, uint64_t number)
{
	i->grows = number == 5 ? 0 : i->grows;
}

static void a_success_counts_twice(struct injection *i, uint64_t number)
{
	i->grows = number == 5 ? 2 * BOOKS_PAGE : i->grows;
}

static void a_success_is_not_flagged(struct injection *i, uint64_t number)
{
	i->is_poisoned = number == 5 ? false : i->is_poisoned;
}

static void a_poisoned_one_counts_again(struct injection *i, uint64_t number)
{
	i->grows = number == 3 ? BOOKS_PAGE : i->grows;
}

static void a_poisoned_one_is_clean(struct injection *i, uint64_t number)
{
	i->is_poisoned = number == 3 ? false : i->is_poisoned;
}

static void a_freed_one_is_not_counted(struct injection *i, uint64_t number)
{
	i->grows = number == 4 ? 0 : i->grows;
}

static void the_count_shrinks(struct injection *i, uint64_t number)
{
	i->grows = number == 1 ? -BOOKS_PAGE : i->grows;
}

static void content_is_lost(struct injection *i, uint64_t number)
{
	i->is_intact = number != 5;
}

static void a_page_stays(struct injection *i, uint64_t number)
{
	i->new_frame = number == 5 ? 1000 + number : i->new_frame;
}

static void a_failure_takes_from_the_pool(struct injection *i, uint64_t number)
{
	i->has_pool = number == 1;
	i->pool_lost = 1;
}

static void a_success_takes_two_from_the_pool(struct injection *i, uint64_t number)
{
	i->has_pool = number == 5;
	i->pool_lost = 2;
}

static void the_pool_grows(struct injection *i, uint64_t number)
{
	i->has_pool = number == 5;
	i->pool_lost = -1;
}

/* Of the plain ones every second moves whole and leaves the pool, the others are split. */
static void huge_pages_are_migrated(struct injection *i, uint64_t number)
{
	if (strcmp(i->which, "plain") != 0)
		return;
	i->is_huge = i->has_pool = true;
	i->pool_lost = number / BOOKS_IN_A_ROUND % 2;
}

static void test_huge_pages(void **state)
{
	struct books b = {.spoil = huge_pages_are_migrated};

	(void)state;
	books_run(&b);
	test_verdict_is(&b.run, "pass", 0, "the books are right");
	test_is_json(&b.run, "soft_offline.kinds.0",
		     "{'kind':'private-hugetlb','injections':80,'succeeded':40,'huge':80,"
		     "'moved_whole':20,'split':20,'pool_lost_pages':20}");
	test_run_done(&b.run);
}

static void test_wrong_books(void **state)
{
	static const struct {
		void (*spoil)(struct injection *i, uint64_t number);
		uint64_t first, wrong;
		const char *outcome, *why;
	} cases[] = {
		{failures_count, 1, BOOKS_ROUNDS, "ENOMEM", "grew by 4096 bytes where 0 are right"},
		{only_the_last_failure_counts, BOOKS_ALL - 4, 1, "ENOMEM", "4096 bytes where 0"},
		{a_failure_counts_unflagged, 2, 1, "EBUSY", "4096 bytes where 0 are right"},
		{a_failure_is_flagged_uncounted, 2, 1, "EBUSY", "is flagged as poisoned"},
		{a_success_is_not_counted, 5, 1, "OK", "grew by 0 bytes where 4096 are right"},
		{a_success_counts_twice, 5, 1, "OK", "grew by 8192 bytes where 4096"},
		{a_success_is_not_flagged, 5, 1, "OK", "is not flagged as poisoned"},
		{a_poisoned_one_counts_again, 3, 1, "OK", "4096 bytes where 0 are right"},
		{a_poisoned_one_is_clean, 3, 1, "OK", "is not flagged as poisoned"},
		{a_freed_one_is_not_counted, 4, 1, "OK", "0 bytes where 4096 are right"},
		{the_count_shrinks, 1, 1, "ENOMEM", "grew by -4096 bytes where 0 are right"},
		{content_is_lost, 5, 1, "OK", "the page's content is another"},
		{a_page_stays, 5, 1, "OK", "still in the poisoned frame"},
		{a_failure_takes_from_the_pool, 1, 1, "ENOMEM", "less by 1, 0 is right"},
		{a_success_takes_two_from_the_pool, 5, 1, "OK", "less by 2, 1 at most is right"},
		{the_pool_grows, 5, 1, "OK", "less by -1, 1 at most is right"},
	};

	(void)state;
	for (size_t k = 0; k < ARRAY_SIZE(cases); k++) {
		struct books b = {.spoil = cases[k].spoil};

		books_run(&b);
		test_verdict_is(&b.run, "fail", 1, cases[k].why);
		test_is(&b.run, "soft_offline.first_wrong.number", cases[k].first);
		test_is(&b.run, "soft_offline.first_wrong.frame", 1000 + cases[k].first);
		test_is_text(&b.run, "soft_offline.first_wrong.outcome", cases[k].outcome);
		test_is(&b.run, "scenarios.0.numbers.wrong", cases[k].wrong);
		test_is(&b.run, "scenarios.0.numbers.first_wrong", cases[k].first);
		test_run_done(&b.run);
	}
}

/* A page that somebody else holds is no fault of the kernel: it only must not be counted. */
static void some_cannot_be_migrated(struct injection *i, uint64_t number)
{
	if (number % 20 != 0)
		return;
	i->error = "EBUSY";
	i->grows = 0;
	i->is_poisoned = false;
	i->new_frame = 1000 + number;
}

static void test_what_is_not_wrong(void **state)
{
	struct books b = {.spoil = some_cannot_be_migrated};

	(void)state;
	books_run(&b);
	test_verdict_is(&b.run, "pass", 0, "the books are right");
	test_is_json(&b.run, "soft_offline.cases.0",
		     "{'case':'plain','injections':40,'as_expected':30}");
	test_run_done(&b.run);
	b = (struct books){.spoil = NULL, .no_fault_injection = true};
	books_run(&b);
	test_verdict_is(&b.run, "pass", 0, "this kernel injects no faults");
	test_is_unmeasured(&b.run, "soft_offline.no_memory", "this kernel cannot");
	test_run_done(&b.run);
}

static void test_the_way_back(void **state)
{
	struct books b = {.leaks = BOOKS_PAGE};

	(void)state;
	books_run(&b);
	test_verdict_is(&b.run, "fail", 1, "12288 bytes after all frames were given back");
	test_run_done(&b.run);
	b = (struct books){.left = 2, .leaks = 2 * BOOKS_PAGE};
	books_run(&b);
	test_verdict_is(&b.run, "error", 3, "2 page frames could not be given back");
	test_is(&b.run, "soft_offline.frames.given_back", 78);
	test_is(&b.run, "soft_offline.frames.left", 2);
	/* A restore afterwards: what it says last holds. */
	test_event(&b.run, "unpoison", "'frame':1,'error':'OK'");
	test_event(&b.run, "unpoison", "'frame':1,'error':'OK'");
	test_event(&b.run, "poison_end", "'frames_left':0,'corrupted_bytes':8192");
	test_fold(&b.run);
	test_verdict_is(&b.run, "pass", 0, "the books are right");
	test_run_done(&b.run);
}

static void nothing_is_forced(struct injection *i, uint64_t number)
{
	if (strcmp(i->error, "OK") != 0)
		*i = books_good_one(number / BOOKS_IN_A_ROUND * BOOKS_IN_A_ROUND);
}

static void memory_is_always_found(struct injection *i, uint64_t number)
{
	if (strcmp(i->which, "no-memory") == 0) {
		*i = books_good_one(number - 1);
		i->which = "no-memory";
		i->expected = "ENOMEM";
	}
}

static void nothing_succeeds(struct injection *i, uint64_t number)
{
	(void)number;
	i->error = i->was_poisoned ? "EIO" : "EBUSY";
	i->grows = 0;
	i->is_poisoned = i->was_poisoned;
	i->new_frame = 0;
}

static void an_entry_has_no_outcome(struct injection *i, uint64_t number)
{
	/* One that adds nothing: the count goes on as it was. */
	i->has_no_outcome = number == 2;
}

static void an_outcome_has_no_entry(struct injection *i, uint64_t number)
{
	i->has_no_entry = number == 2;
}

static void nothing_can_be_read(struct injection *i, uint64_t number)
{
	(void)number;
	i->is_unmeasured = true;
}

static void test_not_exercised(void **state)
{
	static const struct {
		struct books books;
		const char *result;
		int code;
		const char *why;
	} cases[] = {
		{{.rounds = 11}, "error", 3, "55 injections, 33 of them succeeded"},
		{{.spoil = nothing_succeeds}, "error", 3, "0 of them succeeded"},
		{{.spoil = nothing_is_forced}, "error", 3, "0 failures could be forced"},
		{{.spoil = memory_is_always_found}, "error", 3, "no migration ran out of memory"},
		{{.spoil = an_entry_has_no_outcome}, "error", 3, "1 entries of the ledger"},
		{{.spoil = nothing_can_be_read}, "skip", 4, "the books cannot be checked"},
	};

	(void)state;
	for (size_t k = 0; k < ARRAY_SIZE(cases); k++) {
		struct books b = cases[k].books;

		books_run(&b);
		test_verdict_is(&b.run, cases[k].result, cases[k].code, cases[k].why);
		test_run_done(&b.run);
	}
}

static void test_a_ledger_with_holes(void **state)
{
	struct books b = {.spoil = an_outcome_has_no_entry};

	(void)state;
	books_run(&b);
	assert_int_equal(test_faults(&b.run, "has no entry in the ledger"), 1);
	test_is(&b.run, "soft_offline.injections", BOOKS_ALL - 1);
	test_run_done(&b.run);
}

static void test_without_books(void **state)
{
	struct test_run r = test_run_new(&books_plan);

	(void)state;
	test_begin(&r);
	test_event(&r, "unavailable", "'driver':'soft_offline','why':'no hwpoison-inject here'");
	test_finish(&r);
	test_fold(&r);
	test_is_text(&r, "scenarios.0.verdict", "skip");
	test_verdict_is(&r, "skip", 4, "no hwpoison-inject here");
	test_is_absent(&r, "soft_offline");
	test_run_done(&r);
	r = test_run_new(&books_plan);
	test_begin(&r);
	test_event(&r, "called", "'driver':'soft_offline','calls':1,'errors':{},'numbers':{}");
	test_finish(&r);
	test_fold(&r);
	test_verdict_is(&r, "error", 3, "not exercised: no page was soft-offlined");
	test_run_done(&r);
}

int test_scenario_soft_offline(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_right_books),
		cmocka_unit_test(test_wrong_books),
		cmocka_unit_test(test_huge_pages),
		cmocka_unit_test(test_what_is_not_wrong),
		cmocka_unit_test(test_the_way_back),
		cmocka_unit_test(test_not_exercised),
		cmocka_unit_test(test_a_ledger_with_holes),
		cmocka_unit_test(test_without_books),
	};

	return cmocka_run_group_tests_name("scenario soft-offline", tests, NULL, NULL);
}
