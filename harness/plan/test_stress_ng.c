// SPDX-License-Identifier: GPL-2.0-or-later
/* [stress-ng]: what passes to it, and what is refused with file and line. */
#include "plan/test_room.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/jsonw.h"
#include "base/memory.h"

#define SECTION SOME_OFFLINE "[stress-ng]\n" /* lines 1 to 8 */

static void all_of_it_arrives(void **state)
{
	struct profile p;

	(void)state;
	load_text(SECTION "stressors = vm:2 , cpu,vm-rw:1\n"
			  "options = vm-bytes  64M,vm-keep , cpu-load 50 ; comment\nmemory = 64MiB\n",
		  &p);
	assert_true(p.stress_ng.is_there);
	assert_int_equal(p.stress_ng.n_stressors, 3);
	assert_string_equal(p.stress_ng.stressors[0].name, "vm");
	assert_int_equal(p.stress_ng.stressors[0].instances, 2);
	assert_string_equal(p.stress_ng.stressors[1].name, "cpu");
	assert_int_equal(p.stress_ng.stressors[1].instances, 1);
	assert_string_equal(p.stress_ng.stressors[2].name, "vm-rw");
	assert_string_equal(p.stress_ng.options, "vm-bytes 64M, vm-keep, cpu-load 50");
	assert_int_equal(p.stress_ng.memory_bytes, 64 << 20);
	profile_done(&p);
	load_text(SECTION "stressors = vm\n", &p);
	assert_string_equal(p.stress_ng.options, "");
	assert_int_equal(p.stress_ng.memory_bytes, 256 << 20);
	profile_done(&p);
	load_text(SOME_OFFLINE, &p);
	assert_false(p.stress_ng.is_there);
	profile_done(&p);
}

static void what_fights_with_us_is_refused(void **state)
{
	static const struct {
		const char *text;
		unsigned int line;
		const char *said;
	} mistakes[] = {
		{"stressors = vm, memhotplug:1\n", 10,
		 "stressors: the stressor memhotplug is refused: it takes memory blocks offline"},
		{"stressors = cpu-online\n", 10, "cpu-online is refused"},
		{"stressors = madvise:4\n", 10, "madvise is refused"},
		{"stressors = softlockup\n", 10, "softlockup is refused"},
		{"stressors = watchdog\n", 10, "watchdog is refused"},
		{"stressors = cgroup\n", 10, "cgroup is refused"},
		{"stressors = cpu\noptions = cpu-online 1\n", 11,
		 "options: the stressor cpu-online is refused"},
		{"stressors = vm\noptions = vm-ops 100\n", 11, "'vm-ops' would end the stressor"},
		{"stressors = vm\noptions = cpu-load 50\n", 9,
		 "the option cpu-load belongs to none of the stressors"},
		{"stressors = vm\noptions = vmx-bytes 3\n", 9, "vmx-bytes belongs to none"},
		{"stressors = vm\noptions = timeout 3\n", 11, "'timeout 3' is no option"},
		{"stressors = vm\noptions = --vm-bytes 3M\n", 11, "is no option"},
		{"stressors = vm\noptions = vm-bytes 3M --memhotplug 1\n", 11, "is no option"},
		{"stressors = vm\noptions = vm-bytes --memhotplug\n", 11, "is no option"},
		{"stressors = vm\noptions = vm-bytes $(reboot)\n", 11, "is no option"},
		{"stressors = vm\noptions = vm-bytes 3M,\n", 11, "'' is no option"},
		{"stressors = vm:0\n", 10, "'vm:0' is no stressor: NAME, or NAME:N for 1 to 1024"},
		{"stressors = vm:many\n", 10, "'vm:many' is no stressor"},
		{"stressors = vm:1025\n", 10, "is no stressor"},
		{"stressors = -x\n", 10, "is no stressor"},
		{"stressors = vm,,cpu\n", 10, "'' is no stressor"},
		{"stressors = vm, cpu, vm:2\n", 10, "vm is there twice"},
		{"stressors = a,b,c,d,e,f,g,h,i\n", 10, "more than 8 stressors"},
		{"stressors = abcdefghijklmnopqrstuvwxyzabcdefghijklmn\n", 10, "is no stressor"},
		{"options = vm-bytes 64M\n", 9, "[stress-ng] has no stressors: it is required"},
		{"stressors = vm\nmemory = 64\n", 11, "memory: "},
		{"stressor = vm\n", 10, "[stress-ng] has stressors, options, memory"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(mistakes); i++) {
		cleanup_free char *text = memory_format("%s%s", SECTION, mistakes[i].text);
		const char *path = scratch_file("bad.ini", text, strlen(text));
		cleanup_free char *begin = memory_format("%s:%u: ", path, mistakes[i].line);
		struct profile p;
		struct err e = {0};

		if (profile_load(path, &p, &e) == 0)
			fail_msg("loaded, and should not have: %s", mistakes[i].text);
		if (strncmp(e.text, begin, strlen(begin)) != 0 || !strstr(e.text, mistakes[i].said))
			fail_msg("'%s' should begin with '%s' and have '%s'", e.text, begin,
				 mistakes[i].said);
	}
}

static void plan_of(const char *text, struct host *host, struct profile *p, struct plan *plan)
{
	host_init(host, 2);
	load_text(text, p);
	plan_or_fail(host, p, 1, plan);
}

static void the_plan_tells_of_it(void **state)
{
	struct host host;
	struct profile p;
	struct plan plan;
	struct jsonw *document;
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	(void)state;
	plan_of(SECTION "stressors = vm:2\noptions = vm-bytes 8M\n", &host, &p, &plan);
	document = plan_to_json(&plan);
	assert_string_equal(jsonw_get_string(jsonw_get(document, "stress_ng"), "options"),
			    "vm-bytes 8M");
	assert_int_equal(jsonw_get_uint(jsonw_at(jsonw_get(jsonw_get(document, "stress_ng"),
							   "stressors"), 0), "instances"), 2);
	jsonw_free(document);
	plan_print(&plan, out);
	(void)fclose(out);
	assert_non_null(strstr(text, "\nBeside  stress-ng vm x2: vm-bytes 8M, with 256 MiB more"));
	free(text);
	plan_done(&plan);
	profile_done(&p);
	plan_of(SOME_OFFLINE, &host, &p, &plan);
	document = plan_to_json(&plan);
	assert_false(jsonw_has(document, "stress_ng"));
	jsonw_free(document);
	plan_done(&plan);
	profile_done(&p);
}

static void each_key_is_in_the_digest(void **state)
{
	static const char *const texts[] = {
		SOME_OFFLINE,
		SECTION "stressors = vm:1\n",
		SECTION "stressors = vm:2\n",
		SECTION "stressors = vm:1\noptions = vm-bytes 8M\n",
		SECTION "stressors = vm:1\nmemory = 8MiB\n",
		SECTION "options = none\nmemory = 262144KiB\nstressors = vm\n", /* as the second */
	};
	char digests[ARRAY_SIZE(texts)][PLAN_DIGEST_SIZE];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct host host;
		struct profile p;
		struct plan plan;

		plan_of(texts[i], &host, &p, &plan);
		memcpy(digests[i], plan.digest, PLAN_DIGEST_SIZE);
		plan_done(&plan);
		profile_done(&p);
		for (size_t k = 0; k < i && i + 1 < ARRAY_SIZE(texts); k++)
			assert_string_not_equal(digests[k], digests[i]);
	}
	assert_string_equal(digests[1], digests[ARRAY_SIZE(texts) - 1]);
}

int test_stress_ng(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_of_it_arrives),
		cmocka_unit_test(what_fights_with_us_is_refused),
		cmocka_unit_test(the_plan_tells_of_it),
		cmocka_unit_test(each_key_is_in_the_digest),
	};

	return cmocka_run_group_tests_name("plan: [stress-ng]", tests, scratch_set_up,
					   scratch_tear_down);
}
