// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/test_room.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/cleanup.h"
#include "base/err.h"

#define GROUPS                                                                                     \
	"[workers aimed]\nkind = shared-memfd\nprocesses = 2\nthreads = 3\ndriven_by = offline\n"  \
	"[workers busy]\nkind = private-anonymous\nthreads = 7\ndriven_by = none\n"                \
	"[workers moved]\nkind = private-anonymous\nprocesses = 4\ndriven_by = move_pages\n"

static const char both[] = "[run]\nduration = 10m\n[guard]\nreserve = 0B\n"
			   "[offline]\ndeadline = 5s\ncycles = 2\n[move_pages]\n" GROUPS;
static const char ladder[] = "[run]\nduration = 10m\n[guard]\nreserve = 0B\n"
			     "[offline]\ndeadline = 5s\ncycles = 2\npause = 1s\n[move_pages]\n"
			     GROUPS "[ladder]\nrungs = 0,3,8x2\nrung_duration = 4s\n";

static void plan_text(const char *text, size_t n_nodes, struct profile *p, struct plan *plan)
{
	static struct host host;
	struct err e = {0};

	host_init(&host, n_nodes);
	load_text(text, p);
	if (plan_make(&host.t, p, 1, plan, &e) < 0)
		fail_msg("%s", e.text);
}

static void without_a_ladder_there_is_one_phase(void **state)
{
	struct profile p;
	struct plan plan;

	(void)state;
	plan_text(both, 2, &p, &plan);
	assert_int_equal(plan.n_phases, 1);
	assert_string_equal(plan.phases[0].name, "soak");
	assert_int_equal(plan.phases[0].rung, -1);
	assert_true(plan.phases[0].offline);
	assert_true(plan.phases[0].move_pages);
	assert_true(plan.phases[0].duration_ns == 600 * NS_PER_S);
	assert_int_equal(plan.phases[0].offline_cycles, 2);
	assert_int_equal(plan.phases[0].n_workers, 3);
	assert_int_equal(plan.phases[0].faulters, 2 * 3 + 4); /* "busy" is on pages that stay */
	plan_done(&plan);
	profile_done(&p);
}

static void each_rung_has_a_phase_for_each_driver(void **state)
{
	static const struct {
		const char *name;
		int rung;
		bool offline;
		uint32_t processes, threads;
		uint64_t seconds;
	} wanted[] = {
		{"rung-0-move-pages", 0, false, 1, 0, 4},   {"rung-0-offline", 0, true, 1, 0, 72},
		{"rung-3-move-pages", 1, false, 1, 3, 4},   {"rung-3-offline", 1, true, 1, 3, 72},
		{"rung-8x2-move-pages", 2, false, 8, 2, 4}, {"rung-8x2-offline", 2, true, 8, 2, 72},
	};
	struct profile p;
	struct plan plan;

	(void)state;
	plan_text(ladder, 2, &p, &plan);
	assert_int_equal(plan.n_phases, ARRAY_SIZE(wanted));
	assert_int_equal(plan.n_left_out, 0);
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++) {
		const struct plan_phase *phase = &plan.phases[i];

		assert_string_equal(phase->name, wanted[i].name);
		assert_int_equal(phase->rung, wanted[i].rung);
		assert_int_equal(phase->offline, wanted[i].offline);
		assert_int_equal(phase->move_pages, !wanted[i].offline);
		assert_int_equal(phase->offline_cycles, wanted[i].offline ? 2 : 0);
		assert_true(phase->duration_ns == wanted[i].seconds * NS_PER_S);
		assert_int_equal(phase->faulters, wanted[i].processes * wanted[i].threads);
		/* The driven group with the rung's counts, the one that nobody drives as it is. */
		assert_int_equal(phase->n_workers, 2);
		assert_string_equal(phase->workers[wanted[i].offline ? 0 : 1].name,
				    wanted[i].offline ? "aimed" : "moved");
		assert_int_equal(phase->workers[wanted[i].offline ? 0 : 1].processes,
				 wanted[i].processes);
		assert_int_equal(phase->workers[wanted[i].offline ? 0 : 1].threads,
				 wanted[i].threads);
		assert_string_equal(phase->workers[wanted[i].offline ? 1 : 0].name, "busy");
		assert_int_equal(phase->workers[wanted[i].offline ? 1 : 0].threads, 7);
	}
	plan_done(&plan);
	profile_done(&p);
}

static void a_rung_without_cycles_lasts_its_duration(void **state)
{
	struct profile p;
	struct plan plan;

	(void)state;
	plan_text(ladder, 2, &p, &plan);
	plan_done(&plan);
	p.offline_cycles = 0;
	p.has_move_pages = false;
	{
		struct host host;

		host_init(&host, 2);
		assert_int_equal(plan_make(&host.t, &p, 1, &plan, NULL), 0);
	}
	assert_int_equal(plan.n_phases, 3);
	assert_string_equal(plan.phases[0].name, "rung-0-offline");
	assert_true(plan.phases[0].duration_ns == 4 * NS_PER_S);
	assert_int_equal(plan.phases[0].offline_cycles, 0);
	plan_done(&plan);
	profile_done(&p);
}

/* --duration shortens what the profile planned. */
static void the_duration_bounds_everything(void **state)
{
	struct host host;
	struct profile p;
	struct plan plan;
	uint64_t total_ns = 0;

	(void)state;
	host_init(&host, 2);
	load_text(ladder, &p);
	p.duration_ns = 79 * NS_PER_S; /* 4 + 72 + 3 of 4, then nothing */
	assert_int_equal(plan_make(&host.t, &p, 1, &plan, NULL), 0);
	assert_int_equal(plan.n_phases, 3);
	assert_int_equal(plan.n_left_out, 3);
	assert_true(plan.phases[2].duration_ns == 3 * NS_PER_S);
	for (size_t i = 0; i < plan.n_phases; i++)
		total_ns += plan.phases[i].duration_ns;
	assert_true(total_ns == p.duration_ns);
	plan_done(&plan);
	profile_done(&p);
}

/* One node: the pages of "moved" have nowhere to go, and its workers would only be in the way. */
static void one_driver_is_planned_where_the_other_cannot_be(void **state)
{
	struct host host;
	struct profile p;
	struct plan plan;

	(void)state;
	plan_text(both, 1, &p, &plan);
	assert_int_equal(plan.n_phases, 1);
	assert_true(plan.phases[0].offline);
	assert_false(plan.phases[0].move_pages);
	assert_int_equal(plan.phases[0].n_workers, 2);
	assert_int_equal(plan.phases[0].faulters, 6);
	assert_false(plan.can_move);
	assert_string_not_equal(plan.cannot_move_why, "");
	plan_done(&plan);
	profile_done(&p);

	host_init(&host, 2);
	for (size_t i = 0; i < host.t.n_blocks; i++)
		host.blocks[i].zones[0] = ZONE_NORMAL;
	host_count(&host);
	load_text(ladder, &p);
	assert_int_equal(plan_make(&host.t, &p, 1, &plan, NULL), 0);
	assert_int_equal(plan.n_blocks, 0);
	assert_int_equal(plan.n_refusals, 16);
	assert_int_equal(plan.n_phases, 3);
	for (size_t i = 0; i < plan.n_phases; i++)
		assert_false(plan.phases[i].offline);
	plan_done(&plan);
	profile_done(&p);
}

static void a_profile_of_moves_alone_looks_at_no_block(void **state)
{
	struct profile p;
	struct plan plan;

	(void)state;
	plan_text("[run]\nduration = 5s\n[move_pages]\n"
		  "[workers]\nkind = private-anonymous\ndriven_by = move_pages\n", 2, &p, &plan);
	assert_int_equal(plan.n_blocks, 0);
	assert_int_equal(plan.n_refusals, 0);
	assert_int_equal(plan.n_phases, 1);
	assert_false(plan.phases[0].offline);
	plan_done(&plan);
	profile_done(&p);
}

/* What one driver does to the pages (empty all CPUs' batches) would hide what another does not. */
static void the_drivers_of_a_scenario_take_turns(void **state)
{
	static const char text[] = BOTH "[compaction]\nper_node = yes\n"
				   "[workers c]\nkind = private-anonymous\ndriven_by = compaction\n"
				   "[scenario]\nname = mlock-drain\n";
	static const char *const names[] = {"offline", "move_pages", "compaction"};
	struct profile p;
	struct plan plan;

	(void)state;
	plan_text(text, 2, &p, &plan);
	assert_int_equal(plan.n_phases, ARRAY_SIZE(names));
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const struct plan_phase *phase = &plan.phases[i];

		assert_string_equal(phase->name, names[i]);
		assert_true(phase->duration_ns == 20 * NS_PER_S);
		assert_int_equal(phase->offline, i == 0);
		assert_int_equal(phase->move_pages, i == 1);
		assert_int_equal(phase->callers[CALLER_COMPACTION], i == 2);
		assert_int_equal(phase->n_workers, 1);
		assert_string_equal(driven_by_name(phase->workers[0].driven_by), names[i]);
	}
	plan_done(&plan);
	p.drivers_together = true;
	{
		struct host host;

		host_init(&host, 2);
		plan_or_fail(&host, &p, 1, &plan);
	}
	assert_int_equal(plan.n_phases, 1);
	assert_true(plan.phases[0].offline && plan.phases[0].move_pages &&
		    plan.phases[0].callers[CALLER_COMPACTION]);
	assert_int_equal(plan.phases[0].n_workers, 3);
	plan_done(&plan);
	profile_done(&p);
}

/* Compaction needs neither blocks nor a second node; migrate_pages has nowhere to go with one. */
static void callers_are_planned_where_they_can_work(void **state)
{
	static const char text[] =
		"[run]\nduration = 8s\n[compaction]\n[migrate_pages]\n"
		"[workers c]\nkind = private-anonymous\ndriven_by = migrate_pages\n";
	struct profile p;
	struct plan plan;

	(void)state;
	plan_text(text, 1, &p, &plan);
	assert_int_equal(plan.n_phases, 1);
	assert_true(plan.phases[0].callers[CALLER_COMPACTION]);
	assert_false(plan.phases[0].callers[CALLER_MIGRATE_PAGES]);
	assert_int_equal(plan.phases[0].n_workers, 0);
	plan_done(&plan);
	profile_done(&p);
	plan_text(text, 2, &p, &plan);
	assert_true(plan.phases[0].callers[CALLER_MIGRATE_PAGES]);
	plan_done(&plan);
	profile_done(&p);
}

int test_phases(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_ladder_there_is_one_phase),
		cmocka_unit_test(each_rung_has_a_phase_for_each_driver),
		cmocka_unit_test(the_drivers_of_a_scenario_take_turns),
		cmocka_unit_test(callers_are_planned_where_they_can_work),
		cmocka_unit_test(a_rung_without_cycles_lasts_its_duration),
		cmocka_unit_test(the_duration_bounds_everything),
		cmocka_unit_test(one_driver_is_planned_where_the_other_cannot_be),
		cmocka_unit_test(a_profile_of_moves_alone_looks_at_no_block),
	};

	return cmocka_run_group_tests_name("plan: phases", tests, scratch_set_up,
					   scratch_tear_down);
}
