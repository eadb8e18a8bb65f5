// SPDX-License-Identifier: GPL-2.0-or-later
/* What is written of stress-ng: of figures that are not believed only why. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "record/record.h"
#include "record/test_record.h"

static void test_words(void **state)
{
	const struct profile_stress_ng wanted = {
		.stressors = {{"vm", 2}, {"cpu", 1}}, .n_stressors = 2, .options = "vm-keep",
		.memory_bytes = 4096};
	const struct stress_ng_program program = {.version = "0.15.06"};
	const struct stress_ng_result early = {
		.status = 3 << 8, .ran_ns = 5, .lived_ns = 6, .n_figures = 2,
		.figures = {{.name = "vm", .is_believed = true, .bogo_ops = 0, .wall_ns = 4},
			    {.name = "cpu", .bogo_ops = 160124751, .why = "garbage"}}};
	const struct stress_ng_result asked = {.was_asked = true};
	const struct stress_ng_result killed = {.status = 9, .was_asked = true, .was_killed = true};
	static const char *const wanted_words[] = {
		"\"ev\":\"stress_ng_start\",\"pid\":7,\"version\":\"0.15.06\",\"stressors\":["
		"{\"name\":\"vm\",\"instances\":2},{\"name\":\"cpu\",\"instances\":1}],"
		"\"options\":\"vm-keep\",\"memory_bytes\":4096,\"confined\":true}",
		"\"ended\":\"early\",\"status\":3,\"ran_ns\":5,\"lived_ns\":6,\"stressors\":["
		"{\"name\":\"vm\",\"bogo_ops\":0,\"wall_ns\":4},"
		"{\"name\":\"cpu\",\"not_believed\":\"garbage\"}]}",
		"\"ended\":\"asked\",\"status\":0,",
		"\"ended\":\"killed\",\"signal\":9,",
	};
	char *folder = test_folder();
	cleanup_free char *events = test_path(folder, "events.jsonl"), *text = NULL;
	struct recorder *r = NULL;
	size_t length;

	(void)state;
	assert_int_equal(recorder_open(folder, &r, NULL), 0);
	record_stress_ng_start(r, &wanted, &program, 7, true);
	record_stress_ng_end(r, &early);
	record_stress_ng_end(r, &asked);
	record_stress_ng_end(r, &killed);
	recorder_close(r);
	text = test_read(events, &length);
	for (size_t i = 0; i < ARRAY_SIZE(wanted_words); i++)
		if (!strstr(text, wanted_words[i]))
			fail_msg("'%s' is not in: %s", wanted_words[i], text);
	assert_null(strstr(text, "160124751"));
	test_folder_done(folder);
}

const struct CMUnitTest stress_ng_tests[] = {
	cmocka_unit_test(test_words),
};
const size_t n_stress_ng_tests = ARRAY_SIZE(stress_ng_tests);
