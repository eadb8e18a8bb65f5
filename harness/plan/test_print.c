// SPDX-License-Identifier: GPL-2.0-or-later
/* The plan as JSON and as text. */
#include "plan/test_room.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/jsonw.h"

static const char text[] = "[run]\nduration = 1m\n[guard]\nreserve = 300MiB\n"
			   "[offline]\n[move_pages]\n"
			   "[workers]\nkind = private-anonymous\ndriven_by = move_pages\n";

static void make(size_t n_nodes, struct profile *p, struct plan *plan)
{
	static struct host host;

	host_init(&host, n_nodes);
	host.blocks[0].zones[0] = ZONE_NONE;
	host.blocks[1].zones[0] = ZONE_NORMAL;
	host.blocks[2].zones[0] = ZONE_NORMAL;
	host.blocks[7].zones[0] = ZONE_NORMAL;
	host_count(&host);
	load_text(text, p);
	assert_int_equal(plan_make(&host.t, p, 7, plan, NULL), 0);
}

static void the_json_says_all_of_it(void **state)
{
	struct profile p;
	struct plan plan;
	struct jsonw *document;
	const struct jsonw *phase;

	(void)state;
	make(2, &p, &plan);
	document = plan_to_json(&plan);
	phase = jsonw_at(jsonw_get(document, "phases"), 0);
	assert_string_equal(jsonw_get_string(jsonw_get(document, "schema"), "name"), "memsoak-plan");
	assert_int_equal(jsonw_get_uint(jsonw_get(document, "schema"), "major"), 1);
	assert_string_equal(jsonw_get_string(document, "profile"), "test");
	assert_int_equal(jsonw_get_uint(document, "seed"), 7);
	assert_string_equal(jsonw_get_string(document, "digest"), plan.digest);
	assert_int_equal(jsonw_get_uint(document, "reserve_bytes"), 300 << 20);
	assert_int_equal(jsonw_length(jsonw_get(document, "blocks")), plan.n_blocks);
	assert_int_equal(jsonw_get_uint(jsonw_at(jsonw_get(document, "blocks"), 0), "id"),
			 plan.blocks[0].id);
	assert_string_equal(jsonw_get_string(jsonw_at(jsonw_get(document, "blocks"), 0), "zone"),
			    "Movable");
	assert_int_equal(jsonw_length(jsonw_get(document, "refused")), 4);
	assert_string_equal(jsonw_get_string(jsonw_at(jsonw_get(document, "refused"), 0), "why"),
			    block_refusal_text(REFUSED_SPANS_ZONES));
	assert_int_equal(jsonw_length(jsonw_get(document, "move_nodes")), 2);
	assert_false(jsonw_has(document, "cannot_move"));
	assert_false(jsonw_has(document, "phases_left_out"));
	assert_string_equal(jsonw_get_string(phase, "name"), "soak");
	assert_false(jsonw_has(phase, "rung"));
	assert_int_equal(jsonw_get_uint(phase, "faulters"), 1);
	assert_true(jsonw_get_uint(phase, "duration_ns") == 60000000000ULL);
	assert_string_equal(jsonw_text(jsonw_at(jsonw_get(phase, "workers"), 0), NULL),
			    "{\"name\":\"workers\",\"workload\":\"refault\",\"kind\":"
			    "\"private-anonymous\",\"processes\":1,\"threads\":1,\"pages\":16,"
			    "\"driven_by\":\"move_pages\"}");
	jsonw_free(document);
	plan_done(&plan);
	profile_done(&p);
}

static void the_json_says_what_cannot_be(void **state)
{
	struct profile p;
	struct plan plan;
	struct jsonw *document;

	(void)state;
	make(1, &p, &plan);
	document = plan_to_json(&plan);
	assert_false(jsonw_has(document, "move_nodes"));
	assert_string_equal(jsonw_get_string(document, "cannot_move"), plan.cannot_move_why);
	assert_false(jsonw_get_bool(jsonw_at(jsonw_get(document, "phases"), 0), "move_pages"));
	jsonw_free(document);
	plan_done(&plan);
	profile_done(&p);
}

static void print_to(const struct plan *plan, char *buffer, size_t size)
{
	FILE *out = fmemopen(buffer, size, "w");

	assert_non_null(out);
	plan_print(plan, out);
	(void)fclose(out);
}

static void the_text_says_it_to_people(void **state)
{
	static const char *const parts[] = {
		"Profile test (", "seed 7", "300 MiB stay free", "soak: offline and move_pages",
		"at most 60 s", "1 process of 1 thread, 16 pages, driven by move_pages",
		"between nodes 0 and 1", "Blocks, in this order (12):", "Not attempted (4):",
		": 40\n", ": 41-42 47\n",
	};
	struct profile p;
	struct plan plan;
	char printed[4096];

	(void)state;
	make(2, &p, &plan);
	print_to(&plan, printed, sizeof(printed));
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (!strstr(printed, parts[i]))
			fail_msg("no '%s' in:\n%s", parts[i], printed);
	plan_done(&plan);
	profile_done(&p);
}

static void a_plan_of_nothing_prints_too(void **state)
{
	struct host host;
	struct profile p;
	struct plan plan;
	char printed[4096];

	(void)state;
	host_init(&host, 1);
	host.t.n_blocks = 0;
	load_text(text, &p);
	assert_int_equal(plan_make(&host.t, &p, 7, &plan, NULL), -ENODEV);
	print_to(&plan, printed, sizeof(printed));
	assert_non_null(strstr(printed, "none"));
	assert_non_null(strstr(printed, "No pages move: "));
	plan_done(&plan);
	profile_done(&p);
}

static void what_is_skipped_is_two_lines(void **state)
{
	struct host host;
	struct profile p;
	struct plan plan;
	char printed[4096];
	FILE *out = fmemopen(printed, sizeof(printed), "w");
	const char *end;

	(void)state;
	assert_non_null(out);
	host_init(&host, 1);
	host.t.n_blocks = 0;
	load_text(text, &p);
	assert_int_equal(plan_make(&host.t, &p, 7, &plan, NULL), -ENODEV);
	plan_print_skip(&plan, "no reason", out);
	(void)fclose(out);
	end = strchr(printed, '\n');
	assert_int_equal(strncmp(printed, "Profile test (", strlen("Profile test (")), 0);
	assert_non_null(end);
	assert_string_equal(end, "\nskip: no reason\n");
	plan_done(&plan);
	profile_done(&p);
}

int test_print(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_json_says_all_of_it),
		cmocka_unit_test(the_json_says_what_cannot_be),
		cmocka_unit_test(the_text_says_it_to_people),
		cmocka_unit_test(a_plan_of_nothing_prints_too),
		cmocka_unit_test(what_is_skipped_is_two_lines),
	};

	return cmocka_run_group_tests_name("plan: JSON and text", tests, scratch_set_up,
					   scratch_tear_down);
}
