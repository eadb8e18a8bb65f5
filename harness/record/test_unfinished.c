// SPDX-License-Identifier: GPL-2.0-or-later
/* What "memsoak restore" is told to bring back. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "record/test_record.h"

#define OFFLINE_INTENT "{\"ev\":\"intent\",\"operation\":\"offline\",\"block\":7,\"node\":1,\"zone\":\"Movable\"}"
#define ONLINE_INTENT "{\"ev\":\"intent\",\"operation\":\"online\",\"block\":7,\"node\":1,\"zone\":\"Movable\"}"
#define WENT_OFFLINE "{\"ev\":\"offline\",\"block\":7,\"error\":\"OK\",\"state_after\":\"offline\"}"
#define STAYED_ONLINE "{\"ev\":\"offline\",\"block\":7,\"error\":\"EBUSY\",\"state_after\":\"online\"}"
#define CAME_BACK "{\"ev\":\"online\",\"block\":7,\"restored\":true}"
#define OTHER_CAME_BACK "{\"ev\":\"online\",\"block\":8,\"restored\":true}"
#define STAYED_AWAY "{\"ev\":\"online\",\"block\":7,\"restored\":false,\"error\":\"ENOMEM\"}"
#define WAS_UNPLUGGED "{\"ev\":\"online\",\"block\":7,\"restored\":false,\"error\":\"ENOENT\",\"gone\":true}"
#define WENT "{\"ev\":\"topology_change\",\"blocks_went\":[5,7]}"
#define OTHERS_WENT "{\"ev\":\"topology_change\",\"blocks_came\":[7],\"blocks_went\":[6,70],\"nodes_went\":[7]}"
#define NOTHING_LEFT "{\"ev\":\"restore\",\"blocks\":1,\"left_offline\":[],\"settings_restored\":true}"
#define SEVEN_LEFT "{\"ev\":\"restore\",\"blocks\":0,\"left_offline\":[7],\"settings_restored\":true}"

/* Numbers the objects and makes a journal of them. */
static struct journal_unfinished scan(const char *const objects[], size_t n)
{
	char *folder = test_folder(), *path = test_path(folder, "events.jsonl");
	char *text = memory_string("");
	struct journal_unfinished u;

	for (size_t i = 0; i < n && objects[i]; i++) {
		char *longer = memory_format("%s{\"seq\":%zu,\"boot\":\"b\",\"t\":%zu,%s\n", text, i, i,
					     objects[i] + 1);

		free(text);
		text = longer;
	}
	test_write(path, text, strlen(text));
	assert_int_equal(journal_unfinished(path, &u, NULL), 0);
	assert_int_equal(u.figures.corrupt, 0);
	free(text);
	free(path);
	test_folder_done(folder);
	return u;
}

static void test_blocks(void **state)
{
	static const struct {
		const char *events[6];
		size_t left;
	} cases[] = {
		{{NULL}, 0},
		{{OFFLINE_INTENT}, 1},
		{{ONLINE_INTENT}, 0},
		{{OFFLINE_INTENT, WENT_OFFLINE}, 1},
		{{OFFLINE_INTENT, STAYED_ONLINE}, 0},
		{{OFFLINE_INTENT, WENT_OFFLINE, ONLINE_INTENT}, 1},
		{{OFFLINE_INTENT, WENT_OFFLINE, ONLINE_INTENT, CAME_BACK}, 0},
		{{OFFLINE_INTENT, WENT_OFFLINE, ONLINE_INTENT, OTHER_CAME_BACK}, 1},
		{{OFFLINE_INTENT, WENT_OFFLINE, ONLINE_INTENT, STAYED_AWAY}, 1},
		{{OFFLINE_INTENT, WENT_OFFLINE, STAYED_AWAY, CAME_BACK}, 0},
		{{CAME_BACK, OFFLINE_INTENT, WENT_OFFLINE}, 1},
		{{OFFLINE_INTENT, WENT_OFFLINE, ONLINE_INTENT, WAS_UNPLUGGED}, 0},
		{{OFFLINE_INTENT, WENT_OFFLINE, WENT}, 0},
		{{OFFLINE_INTENT, WENT_OFFLINE, OTHERS_WENT}, 1},
		{{OFFLINE_INTENT, WENT_OFFLINE, WENT, OFFLINE_INTENT}, 1}, /* another one in its place */
		{{OFFLINE_INTENT, WENT_OFFLINE, NOTHING_LEFT}, 0},
		{{OFFLINE_INTENT, WENT_OFFLINE, SEVEN_LEFT}, 1},
		{{SEVEN_LEFT}, 1},
		{{SEVEN_LEFT, CAME_BACK}, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct journal_unfinished u = scan(cases[i].events, ARRAY_SIZE(cases[i].events));

		if (u.n_blocks != cases[i].left)
			fail_msg("case %zu: %zu blocks left", i, u.n_blocks);
		if (u.n_blocks)
			assert_int_equal(u.blocks[0].block, 7);
		journal_unfinished_done(&u);
	}
}

static void test_where_to(void **state)
{
	static const char *const events[] = {OFFLINE_INTENT, WENT_OFFLINE, SEVEN_LEFT};
	struct journal_unfinished u = scan(events, 1);

	(void)state;
	assert_int_equal(u.blocks[0].node, 1);
	assert_string_equal(u.blocks[0].zone, "Movable");
	assert_false(u.blocks[0].was_written);
	journal_unfinished_done(&u);
	u = scan(events, 3);
	assert_string_equal(u.blocks[0].zone, "Movable"); /* also behind a restore that listed it */
	assert_true(u.blocks[0].was_written);
	journal_unfinished_done(&u);
}

#define CHANGED "{\"ev\":\"setting\",\"path\":\"proc/a\",\"old\":\"1\",\"new\":\"0\"}"
#define CHANGED_AGAIN "{\"ev\":\"setting\",\"path\":\"proc/a\",\"old\":\"0\",\"new\":\"5\"}"
#define CHANGED_OTHER "{\"ev\":\"setting\",\"path\":\"proc/b\",\"old\":\"x y\",\"new\":\"\"}"
#define PUT_BACK "{\"ev\":\"setting_restored\",\"path\":\"proc/a\",\"value\":\"1\"}"
#define PUT_BACK_ONCE "{\"ev\":\"setting_restored\",\"path\":\"proc/a\",\"value\":\"0\"}"
#define NOT_PUT_BACK "{\"ev\":\"setting_restored\",\"path\":\"proc/a\",\"value\":\"1\",\"error\":\"EPERM\"}"

static void test_settings(void **state)
{
	static const char *const events[] = {CHANGED, CHANGED_OTHER, CHANGED_AGAIN};
	static const char *const done[] = {CHANGED, CHANGED_OTHER, PUT_BACK};
	static const char *const failed[] = {CHANGED, NOT_PUT_BACK};
	static const char *const of_a_phase[] = {CHANGED, CHANGED_AGAIN, PUT_BACK_ONCE, PUT_BACK};
	struct journal_unfinished u = scan(events, 3);

	(void)state;
	assert_int_equal(u.n_settings, 2);
	assert_string_equal(u.settings[0].path, "proc/a");
	assert_string_equal(u.settings[0].old_value, "1"); /* not the 0 of the second change */
	assert_string_equal(u.settings[0].new_value, "5"); /* which is what is ours there now */
	assert_string_equal(u.settings[1].old_value, "x y");
	journal_unfinished_done(&u);
	u = scan(done, 3);
	assert_int_equal(u.n_settings, 1);
	assert_string_equal(u.settings[0].path, "proc/b");
	journal_unfinished_done(&u);
	u = scan(failed, 2);
	assert_int_equal(u.n_settings, 1);
	journal_unfinished_done(&u);
	/* Changed once more for a phase, and put back: the first change is still there. */
	u = scan(of_a_phase, 3);
	assert_int_equal(u.n_settings, 1);
	assert_string_equal(u.settings[0].old_value, "1");
	assert_string_equal(u.settings[0].new_value, "0");
	journal_unfinished_done(&u);
	u = scan(of_a_phase, 4);
	assert_int_equal(u.n_settings, 0);
	journal_unfinished_done(&u);
}

static void test_end(void **state)
{
	static const char *const events[] = {OFFLINE_INTENT, "{\"ev\":\"end\",\"ended\":\"completed\"}"};
	struct journal_unfinished u = scan(events, 1);

	(void)state;
	assert_false(u.has_end);
	journal_unfinished_done(&u);
	u = scan(events, 2);
	assert_true(u.has_end);
	journal_unfinished_done(&u);
}

const struct CMUnitTest unfinished_tests[] = {
	cmocka_unit_test(test_blocks),
	cmocka_unit_test(test_where_to),
	cmocka_unit_test(test_settings),
	cmocka_unit_test(test_end),
};
const size_t n_unfinished_tests = ARRAY_SIZE(unfinished_tests);
