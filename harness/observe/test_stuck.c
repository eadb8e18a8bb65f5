// SPDX-License-Identifier: GPL-2.0-or-later
/* What /proc says of a task, in all words that kernels have for it, and in words that are made to deceive. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "base/test_tree.h"
#include "observe/stuck.h"
#include "observe/test_observe.h"

#define STATUS(name, state) "Name:\t" name "\nUmask:\t0022\nState:\t" state "\nTgid:\t7\nPid:\t8\n"
#define SWITCHES "Mems_allowed_list:\t0-1\nvoluntary_ctxt_switches:\t40\nnonvoluntary_ctxt_switches:\t2\n"

static int read_state(const char *status, struct stuck_state *ret)
{
	struct test_tree tree;
	int r;

	test_tree_init(&tree);
	if (status)
		test_tree_file(&tree, "proc/7/task/8/status", status);
	r = stuck_read_state(&tree.fs, 7, 8, ret);
	test_tree_done(&tree);
	return r;
}

static void states(void **state)
{
	static const struct {
		const char *status;
		char letter; /* 0: that is no status */
	} cases[] = {
		{STATUS("x", "D (disk sleep)") SWITCHES, 'D'},
		{STATUS("x", "R (running)") SWITCHES, 'R'},
		{STATUS("State:\tD (disk sleep)", "S (sleeping)") SWITCHES, 'S'},
		/* The kernel writes a newline in a name as two characters. */
		{STATUS("x\\nState:\tD (disk sleep)", "S (sleeping)") SWITCHES, 'S'},
		{STATUS("voluntary_ctxt_switches:\t9", "S (sleeping)") SWITCHES, 'S'},
		{STATUS("x", "D (disk sleep)"), 0}, /* without the counts nobody can tell */
		{"Name:\tx\n" SWITCHES, 0},
		{STATUS("x", "7") SWITCHES, 0},
		{STATUS("x", "D") "voluntary_ctxt_switches:\t-1\nnonvoluntary_ctxt_switches:\t2\n", 0},
		{STATUS("x", "D") "voluntary_ctxt_switches:\t99999999999999999999\n"
				  "nonvoluntary_ctxt_switches:\t2\n", 0},
		{"", 0},
	};
	struct stuck_state got;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		int r = read_state(cases[i].status, &got);

		assert_int_equal(r, cases[i].letter ? 0 : -EBADMSG);
		if (cases[i].letter) {
			assert_int_equal(got.letter, cases[i].letter);
			assert_int_equal(got.switches, 42);
		}
	}
	assert_int_equal(read_state(NULL, &got), -ENOENT);
}

/* NULL: there is no such file. */
static struct stuck_place read_place(const char *comm, const char *wchan, const char *syscall,
				     const char *stack)
{
	const struct {
		const char *name, *text;
	} files[] = {{"comm", comm}, {"wchan", wchan}, {"syscall", syscall}, {"stack", stack}};
	struct stuck_place place;
	struct test_tree tree;

	test_tree_init(&tree);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		cleanup_free char *path = memory_format("proc/7/task/8/%s", files[i].name);

		if (files[i].text)
			test_tree_file(&tree, path, files[i].text);
	}
	stuck_read_place(&tree.fs, 7, 8, &place);
	test_tree_done(&tree);
	return place;
}

static void a_stack_is(const char *stack, const char *expected)
{
	struct stuck_place place = read_place("x", NULL, NULL, stack);
	char text[STUCK_FRAMES_SIZE] = "";
	const char *frame = place.frames;

	for (size_t i = 0; i < place.n_frames; i++, frame += strlen(frame) + 1) {
		(void)strcat(text, i ? " " : "");
		(void)strcat(text, frame);
	}
	assert_string_equal(text, expected);
	assert_int_equal(place.stack_error, 0);
}

static void stacks(void **state)
{
	(void)state;
	a_stack_is("[<0>] migrate_pages+0x1a/0x2b0\n[<0>] do_migrate_range+0x1/0x2\n[<0>] offline_pages+0x3/0x4\n",
		   "migrate_pages do_migrate_range offline_pages");
	a_stack_is("[<ffffffff8110a2b0>] offline_pages.part.0+0x1a/0x2b0\n"
		   "[<0>] rpc_wait.cold+0x1/0x2 [sunrpc]\n[<ffffffffffffffff>] 0xffffffffffffffff\n",
		   "offline_pages rpc_wait");
	a_stack_is("", "");
	/* Nothing of this is a frame. */
	a_stack_is("[<0>\n[<0>] \n[<0>] +0x1\n[<0>] name\nname+0x1/0x2\n[<0>] 0x12+0x1\n[<0>] a b+0x1\n\n]\n", "");
	a_stack_is("[<0>] last_one+0x1/0x2", "last_one");
}

static void a_deep_stack_is_cut(void **state)
{
	char text[8000] = "";
	struct stuck_place place;
	size_t used = 0;

	(void)state;
	for (int i = 0; i < 100; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "[<0>] f%d+0x1/0x2\n", i);
	place = read_place("x", NULL, NULL, text);
	assert_int_equal(place.n_frames, STUCK_MAX_FRAMES);
	assert_string_equal(place.frames, "f0");
	/* And one whose names have no room. */
	for (used = 0; used + 300 < sizeof(text);)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "[<0>] %0250d_+0x1/0x2\n", 0);
	for (char *p = text; (p = strstr(p, " 0"));)
		*++p = 'f';
	place = read_place("x", NULL, NULL, text);
	assert_int_equal(place.n_frames, (STUCK_FRAMES_SIZE) / 252);
}

static void the_rest(void **state)
{
	struct stuck_place place = read_place("a\033[31m) D 1", "folio_wait_bit", "1 0x3 0x7ffe 0x7 0x0 0x7f 0x47", NULL);

	(void)state;
	assert_string_equal(place.comm, "a\033[31m) D 1"); /* as it is: JSON and the printers make it harmless */
	assert_string_equal(place.wchan, "folio_wait_bit");
	assert_true(place.has_syscall);
	assert_int_equal(place.syscall, 1);
	assert_int_equal(place.stack_error, ENOENT);
	assert_int_equal(place.n_frames, 0);

	place = read_place(NULL, "0", "running", "");
	assert_string_equal(place.comm, "");
	assert_string_equal(place.wchan, "");
	assert_false(place.has_syscall);
	place = read_place("x", "0xffffffff81", "-1 0x7f 0x8", "");
	assert_string_equal(place.wchan, "");
	assert_true(place.has_syscall);
	assert_int_equal(place.syscall, -1);
	place = read_place("x", "a<b", "99999999999999999999 0x1", "");
	assert_string_equal(place.wchan, "a");
	assert_false(place.has_syscall);
}

int test_stuck(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(states),
		cmocka_unit_test(stacks),
		cmocka_unit_test(a_deep_stack_is_cut),
		cmocka_unit_test(the_rest),
	};

	return cmocka_run_group_tests_name("stuck: what /proc says", tests, NULL, NULL);
}
