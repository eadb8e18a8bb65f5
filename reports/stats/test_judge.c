// SPDX-License-Identifier: GPL-2.0-or-later
/* Each metric, with figures of which the answer is known. */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "reports/stats/test_rig.h"

enum {
	EAGAIN_METRIC,
	NOT_MOVED_METRIC,
	SUCCESS_METRIC,
	TIME_METRIC,
	P50_METRIC,
	P99_METRIC,
	LOCKUP_METRIC,
	LOCKED_METRIC,
};

static void judge(struct rig *rig, const struct compare_options *options, struct compare *ret)
{
	assert_int_equal(compare_judge(&rig->sides, options, ret, NULL), 0);
}

static bool is_test_run(const struct compare_run *run)
{
	return strcmp(run->kernel, "6.1.0-test") == 0;
}

static void test_rates(void **state)
{
	const struct compare_options options = rig_options();
	const struct compare_metric *m;
	struct rig rig = {0};
	struct compare c;

	(void)state;
	rig_interleave(&rig, 16, 8, 1);
	for (size_t i = 0; i < rig.n; i++)
		rig.runs[i].eagain[COMPARE_MOVE_PAGES] =
			rig_count(is_test_run(&rig.runs[i]) ? 400 + (double)i : 100 + (double)i, 2000);
	judge(&rig, &options, &c);
	m = &c.metrics[EAGAIN_METRIC];
	assert_true(m->is_measured && m == c.primary);
	assert_near(m->p, 2.0 / 4900, 1e-9);
	assert_near(m->p_adjusted, m->p, 1e-9); /* nothing else was measured */
	assert_near(m->effect, 3.79, 0.02);
	assert_true(m->interval.low > 3 && m->interval.high < 4.5);
	assert_near(m->side[COMPARE_TEST].of, 16000, 1e-12);
	assert_int_equal(c.outcome, COMPARE_DIFFERENT);
	assert_true(c.is_interleaved && c.block == 8 && c.is_exact);
	compare_done(&c);
	rig_clear(&rig);
}

/* Eight boots of a kernel that locks first, in a share of all that is the same or is not. */
static void test_locked(void **state)
{
	const struct compare_options options = rig_options();
	const struct compare_metric *m;
	struct rig rig = {0};
	struct compare c;

	(void)state;
	for (int is_different = 0; is_different <= 1; is_different++) {
		rig_interleave(&rig, 16, 8, 1);
		for (size_t i = 0; i < rig.n; i++)
			rig.runs[i].locked = rig_count(
				is_different && is_test_run(&rig.runs[i]) ? 500 : (double)(i % 3), 500);
		judge(&rig, &options, &c);
		m = &c.metrics[LOCKED_METRIC];
		assert_true(m->is_measured && m == c.primary);
		assert_int_equal(c.outcome == COMPARE_DIFFERENT, is_different);
		if (is_different) {
			assert_near(m->p, 2.0 / 4900, 1e-9);
			assert_true(m->effect > 0.99 && m->interval.low > 0.99);
		}
		compare_done(&c);
		rig_clear(&rig);
	}
}

/*
 * No event anywhere, but one side's boots did three times as much: the kernels do not differ
 * for that, and how alike they are is told by the bounds alone.
 */
static void test_no_events(void **state)
{
	struct compare_options options = rig_options();
	const struct compare_metric *m;
	struct rig rig = {0};
	struct compare c;

	(void)state;
	rig_interleave(&rig, 16, 8, 1);
	for (size_t i = 0; i < rig.n; i++)
		rig.runs[i].eagain[COMPARE_MOVE_PAGES] =
			rig_count(0, (is_test_run(&rig.runs[i]) ? 3000 : 1000) + (double)i);
	judge(&rig, &options, &c);
	m = &c.metrics[EAGAIN_METRIC];
	assert_near(m->p, 1, 1e-12);
	assert_false(isfinite(m->effect));
	assert_true(m->interval.is_known && m->interval.low < 0.8 && m->interval.high > 1.25);
	assert_near(m->side[COMPARE_BASE].bounds.high, -log(0.025) / m->side[COMPARE_BASE].of, 1e-9);
	assert_int_equal(c.outcome, COMPARE_NOT_ENOUGH_DATA);
	compare_done(&c);
	options.margin = 3;
	judge(&rig, &options, &c);
	assert_int_equal(c.outcome, COMPARE_SAME);
	compare_done(&c);
	rig_clear(&rig);
}

/* None on base, some on test: a ratio that is finite, and p as small as it can be. */
static void test_none_on_base(void **state)
{
	const struct compare_options options = rig_options();
	const struct compare_metric *m;
	struct rig rig = {0};
	struct compare c;

	(void)state;
	rig_interleave(&rig, 16, 8, 1);
	for (size_t i = 0; i < rig.n; i++)
		rig.runs[i].not_moved = rig_count(is_test_run(&rig.runs[i]) ? 5 + (double)i : 0, 2000);
	judge(&rig, &options, &c);
	m = &c.metrics[NOT_MOVED_METRIC];
	assert_true(m == c.primary);
	assert_near(m->p, 2.0 / 4900, 1e-9);
	assert_true(isfinite(m->effect) && m->effect > 10);
	assert_true(m->interval.low > 1);
	assert_true(m->side[COMPARE_BASE].bounds.is_known);
	compare_done(&c);
	rig_clear(&rig);
}

/* Which driver is compared: the one that drove, in all runs the same. */
static void test_drivers(void **state)
{
	const struct compare_options options = rig_options();
	struct rig rig = {0};
	struct compare c;

	(void)state;
	rig_interleave(&rig, 8, 8, 1);
	for (size_t i = 0; i < rig.n; i++)
		rig.runs[i].eagain[COMPARE_EVERYBODY] = rig_count((double)i, 100);
	judge(&rig, &options, &c);
	assert_string_equal(c.whose_eagain, "everybody");
	assert_int_equal(c.metrics[EAGAIN_METRIC].side[COMPARE_BASE].boots, 4);
	compare_done(&c);
	for (size_t i = 0; i < rig.n; i++)
		rig.runs[i].eagain[COMPARE_OFFLINE] = rig_count((double)i, 50);
	judge(&rig, &options, &c);
	assert_string_equal(c.whose_eagain, "the offline driver");
	assert_near(c.metrics[EAGAIN_METRIC].side[COMPARE_BASE].of, 200, 1e-12);
	compare_done(&c);
	/* One boot without: it is missing, not taken from another driver. */
	rig.runs[0].eagain[COMPARE_OFFLINE].is_known = false;
	judge(&rig, &options, &c);
	assert_int_equal(c.metrics[EAGAIN_METRIC].side[COMPARE_BASE].boots +
				 c.metrics[EAGAIN_METRIC].side[COMPARE_TEST].boots,
			 7);
	compare_done(&c);
	rig_clear(&rig);
}

static void set_offline(struct rig *rig, size_t base_succeed, size_t test_succeed)
{
	size_t seen[COMPARE_SIDES] = {0};

	for (size_t i = 0; i < rig->n; i++) {
		struct compare_run *run = &rig->runs[i];
		enum compare_side side = is_test_run(run) ? COMPARE_TEST : COMPARE_BASE;
		bool ok = seen[side]++ < (side == COMPARE_TEST ? test_succeed : base_succeed);

		run->offline = rig_count(ok, 1);
		run->has_first = true;
		run->first_succeeded = ok;
		run->first_seconds = ok ? 2 + (double)i / 10 : 60;
	}
}

static void test_offline(void **state)
{
	const struct compare_options options = rig_options();
	const struct compare_metric *success, *time;
	struct rig rig = {0};
	struct compare c;

	(void)state;
	rig_interleave(&rig, 12, 12, 1);
	set_offline(&rig, 6, 0);
	judge(&rig, &options, &c);
	success = &c.metrics[SUCCESS_METRIC];
	time = &c.metrics[TIME_METRIC];
	assert_string_equal(success->test_name, "fisher");
	assert_near(success->p, 2.0 / 924, 1e-9);
	assert_near(success->effect, -1, 1e-12);
	assert_true(success->interval.high < 0);
	assert_near(time->p, 2.0 / 924, 1e-9);
	assert_near(time->p_adjusted, 4.0 / 924, 1e-9);
	assert_true(time->side[COMPARE_BASE].median < 4);
	assert_true(isinf(time->side[COMPARE_TEST].median));
	assert_true(time->effect < 1);
	assert_int_equal(c.outcome, COMPARE_DIFFERENT);
	compare_done(&c);
	set_offline(&rig, 6, 5);
	judge(&rig, &options, &c);
	assert_near(c.metrics[SUCCESS_METRIC].p, 1, 1e-9);
	assert_int_equal(c.outcome, COMPARE_NOT_ENOUGH_DATA);
	compare_done(&c);
	rig_clear(&rig);
}

/* Many attempts in a boot are no more than one boot. */
static void test_offline_shares(void **state)
{
	const struct compare_options options = rig_options();
	struct rig rig = {0};
	struct compare c;

	(void)state;
	rig_interleave(&rig, 12, 12, 1);
	for (size_t i = 0; i < rig.n; i++)
		rig.runs[i].offline = rig_count(is_test_run(&rig.runs[i]) ? 10 : 990 + (double)i, 1000);
	judge(&rig, &options, &c);
	assert_string_equal(c.metrics[SUCCESS_METRIC].test_name, "permutation");
	assert_near(c.metrics[SUCCESS_METRIC].p, 2.0 / 924, 1e-9);
	compare_done(&c);
	rig_clear(&rig);
}

static void test_quantiles(void **state)
{
	const struct compare_options options = rig_options();
	const struct compare_metric *m;
	struct rig rig = {0};
	struct compare c;

	(void)state;
	rig_interleave(&rig, 16, 8, 1);
	for (size_t i = 0; i < rig.n; i++) {
		rig.runs[i].has_faults = true;
		rig.runs[i].fault_ns[COMPARE_P50] = 1000 + (double)(i * 7 % 16);
		rig.runs[i].fault_ns[COMPARE_P99] =
			(is_test_run(&rig.runs[i]) ? 9000 : 5000) + (double)i;
	}
	judge(&rig, &options, &c);
	m = &c.metrics[P99_METRIC];
	assert_near(m->p, 2.0 / 4900, 1e-9);
	assert_near(m->effect, 4000, 0.01);
	assert_true(m->interval.low > 3980 && m->interval.high < 4020);
	m = &c.metrics[P50_METRIC];
	assert_true(m->p > 0.05 && m->interval.low < 0 && m->interval.high > 0);
	compare_done(&c);
	rig_clear(&rig);
}

static void set_lockups(struct rig *rig, double each_test, double first_test)
{
	bool is_first = true;

	for (size_t i = 0; i < rig->n; i++) {
		bool is_test = is_test_run(&rig->runs[i]);

		rig->runs[i].lockups = rig_count(!is_test	? 0
						 : is_first	? first_test
								: each_test,
						 60);
		is_first = is_first && !is_test;
	}
}

static void test_lockups(void **state)
{
	const struct compare_options options = rig_options();
	const struct compare_metric *m;
	struct rig rig = {0};
	struct compare c;

	(void)state;
	rig_interleave(&rig, 16, 8, 1);
	set_lockups(&rig, 2, 2);
	judge(&rig, &options, &c);
	m = &c.metrics[LOCKUP_METRIC];
	/* 16 of 16 on one side are 2^-15, but eight boots a side cannot say so much. */
	assert_near(m->p, 2.0 / 4900, 1e-9);
	assert_true(m->side[COMPARE_BASE].bounds.low == 0);
	assert_near(m->side[COMPARE_BASE].bounds.high, 3.688879 / 480, 1e-6);
	assert_true(isinf(m->interval.high) && m->interval.low > 1);
	assert_int_equal(c.outcome, COMPARE_DIFFERENT);
	compare_done(&c);
	/* All in one boot: one processor that hung, reported again and again. */
	set_lockups(&rig, 0, 16);
	judge(&rig, &options, &c);
	assert_true(c.metrics[LOCKUP_METRIC].p > 0.5);
	compare_done(&c);
	/* One in each of four boots: (1/2)^4 x 2 says Poisson, and the boots say no more. */
	set_lockups(&rig, 0, 0);
	for (size_t i = 0, n = 0; i < rig.n && n < 4; i++)
		if (is_test_run(&rig.runs[i])) {
			rig.runs[i].lockups.events = 1;
			n++;
		}
	judge(&rig, &options, &c);
	assert_true(c.metrics[LOCKUP_METRIC].p >= 0.125 - 1e-9);
	compare_done(&c);
	rig_clear(&rig);
}

static void test_ladder(void **state)
{
	const struct compare_options options = rig_options();
	struct rig rig = {0};
	struct compare c;

	(void)state;
	rig_interleave(&rig, 16, 8, 1);
	for (size_t i = 0; i < rig.n; i++) {
		struct compare_run *run = &rig.runs[i];

		run->n_rungs = 2;
		run->rungs = memory_alloc(2, sizeof(*run->rungs));
		for (uint64_t k = 0; k < 2; k++)
			run->rungs[k] = (struct compare_rung){
				.rung = 1 - k,
				.faulters = k == 0 ? 3 : 0,
				.moved = rig_count(k == 0 ? 50 + (double)(i % 4) : 100, 100),
				.eagain = rig_count(is_test_run(run) ? 30 : 0, 200),
			};
	}
	rig.runs[0].rungs[0].moved.is_known = false;
	judge(&rig, &options, &c);
	assert_int_equal(c.n_steps, 2);
	assert_int_equal(c.steps[0].faulters, 0);
	assert_int_equal(c.steps[1].faulters, 3);
	assert_int_equal(c.steps[1].side[0].boots + c.steps[1].side[1].boots, 15);
	assert_near(c.steps[1].side[COMPARE_TEST].share, 0.515, 0.02);
	assert_true(c.steps[1].side[COMPARE_TEST].interval.low > 0.49);
	assert_true(c.steps[1].side[COMPARE_TEST].interval.high < 0.54);
	assert_near(c.steps[0].side[COMPARE_BASE].share, 1, 1e-12);
	assert_near(c.steps[0].side[COMPARE_TEST].eagain, 240, 1e-12);
	assert_int_equal(c.outcome, COMPARE_NOT_ENOUGH_DATA);
	compare_done(&c);
	rig_clear(&rig);
}

int test_judge(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rates),
		cmocka_unit_test(test_locked),	      cmocka_unit_test(test_no_events),
		cmocka_unit_test(test_none_on_base),  cmocka_unit_test(test_drivers),
		cmocka_unit_test(test_offline),	      cmocka_unit_test(test_offline_shares),
		cmocka_unit_test(test_quantiles),     cmocka_unit_test(test_lockups),
		cmocka_unit_test(test_ladder),
	};

	return cmocka_run_group_tests_name("metrics", tests, NULL, NULL);
}
