// SPDX-License-Identifier: GPL-2.0-or-later
#include "drive/test_drive.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "drive/online.h"
#include "drive/test_fake_sysfs.h"
#include "drive/test_wait.h"

static const struct online_patience quick = {
	.writes = 5,
	.retry_ns = NS_PER_MS,
	.going_offline_ns = 50 * NS_PER_MS,
	.poll_ns = NS_PER_MS,
};

/* For what comes to its end, however late. */
static const struct online_patience patient = {
	.writes = 5,
	.retry_ns = NS_PER_MS,
	.going_offline_ns = WAIT_PATIENCE_NS,
	.poll_ns = NS_PER_MS,
};

static char last_word[32];
static unsigned int words;

static void note_word(void *context, const char *text, uint32_t block)
{
	(void)context;
	(void)block;
	(void)strncpy(last_word, text, sizeof(last_word) - 1);
	words++;
}

static void one_block(struct fake_sysfs *sys, enum block_state state)
{
	fake_sysfs_init(sys, 1);
	sys->blocks[0].state = state;
	sys->on_write = note_word;
	last_word[0] = '\0';
	words = 0;
}

static void script(struct fake_sysfs *sys, const struct fake_answer *answers, size_t n)
{
	memcpy(sys->online, answers, n * sizeof(*answers));
	sys->n_online = n;
}

static void brings_an_offline_block_back_to_its_zone(void **state)
{
	struct fake_sysfs sys;
	struct online_event event;

	(void)state;
	one_block(&sys, BLOCK_OFFLINE);
	drive_online(&sys.fs, 40, ZONE_MOVABLE, &event);
	assert_true(event.restored);
	assert_string_equal(last_word, "online_movable");
	assert_int_equal(event.writes, 1);
	assert_int_equal(event.error, 0);
	assert_int_equal(event.node, 1);
	assert_int_equal(event.zone_after, ZONE_MOVABLE);
	assert_int_equal(event.state_after, BLOCK_ONLINE);
	assert_true(event.attempt == UINT64_MAX);
	assert_true(event.start_ns > 0 && event.wall_ns > 0);
}

static void brings_a_normal_block_back_to_normal(void **state)
{
	struct fake_sysfs sys;
	struct online_event event;

	(void)state;
	one_block(&sys, BLOCK_OFFLINE);
	drive_online(&sys.fs, 40, ZONE_NORMAL, &event);
	assert_true(event.restored);
	assert_string_not_equal(last_word, "online_movable");
	assert_int_equal(event.zone_after, ZONE_NORMAL);
}

/* Writing the state that it has already would be EINVAL. */
static void writes_nothing_to_a_block_that_is_online(void **state)
{
	struct fake_sysfs sys;
	struct online_event event;

	(void)state;
	one_block(&sys, BLOCK_ONLINE);
	drive_online(&sys.fs, 40, ZONE_MOVABLE, &event);
	assert_true(event.restored);
	assert_int_equal(words, 0);
	assert_int_equal(event.writes, 0);
	assert_int_equal(event.error, 0);
}

static void tells_a_wrong_zone_and_leaves_it(void **state)
{
	const struct fake_answer other_zone = {.kind = FAKE_OTHER_ZONE};
	struct fake_sysfs sys;
	struct online_event event;

	(void)state;
	one_block(&sys, BLOCK_ONLINE);
	sys.blocks[0].zone = ZONE_NORMAL;
	drive_online(&sys.fs, 40, ZONE_MOVABLE, &event);
	assert_false(event.restored);
	assert_int_equal(event.zone_after, ZONE_NORMAL);
	assert_int_equal(event.error, 0);
	assert_int_equal(words, 0);

	one_block(&sys, BLOCK_OFFLINE);
	script(&sys, &other_zone, 1);
	drive_online(&sys.fs, 40, ZONE_MOVABLE, &event);
	assert_false(event.restored);
	assert_int_equal(event.zone_after, ZONE_NORMAL);
	assert_int_equal(event.state_after, BLOCK_ONLINE);
	assert_int_equal(words, 1);
}

static void tries_again_when_the_kernel_refuses(void **state)
{
	static const int errors[] = {ENOMEM, EBUSY, EHWPOISON, EINTR};

	(void)state;
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		const struct fake_answer twice[] = {{.kind = FAKE_FAILS, .error = errors[i]},
						    {.kind = FAKE_FAILS, .error = errors[i]}};
		struct fake_sysfs sys;
		struct online_event event;

		one_block(&sys, BLOCK_OFFLINE);
		script(&sys, twice, 2);
		drive_online_with(&sys.fs, 40, ZONE_MOVABLE, &quick, &event);
		assert_true(event.restored);
		assert_int_equal(event.writes, 3);
		assert_int_equal(event.error, 0);
	}
}

static void gives_up_in_the_end_and_says_why(void **state)
{
	struct fake_sysfs sys;
	struct online_event event;

	(void)state;
	one_block(&sys, BLOCK_OFFLINE);
	sys.always_online = (struct fake_answer){.kind = FAKE_FAILS, .error = ENOMEM};
	drive_online_with(&sys.fs, 40, ZONE_MOVABLE, &quick, &event);
	assert_false(event.restored);
	assert_int_equal(event.writes, 5);
	assert_int_equal(event.error, ENOMEM);
	assert_int_equal(event.state_after, BLOCK_OFFLINE);
	assert_int_equal(event.zone_after, ZONE_UNKNOWN);
}

/* The write's word is not believed: what sysfs shows afterwards counts, both ways. */
static void believes_the_state_not_the_answer(void **state)
{
	const struct fake_answer obeys = {.kind = FAKE_FAILS_AND_OBEYS, .error = EBUSY};
	struct fake_sysfs sys;
	struct online_event event;

	(void)state;
	one_block(&sys, BLOCK_OFFLINE);
	script(&sys, &obeys, 1);
	drive_online_with(&sys.fs, 40, ZONE_MOVABLE, &quick, &event);
	assert_true(event.restored);
	assert_int_equal(event.error, 0);
	assert_int_equal(event.writes, 1);

	one_block(&sys, BLOCK_OFFLINE);
	sys.always_online = (struct fake_answer){.kind = FAKE_LIES};
	drive_online_with(&sys.fs, 40, ZONE_MOVABLE, &quick, &event);
	assert_false(event.restored);
	assert_int_equal(event.state_after, BLOCK_OFFLINE);
}

static void a_block_that_is_gone_is_told(void **state)
{
	struct fake_sysfs sys;
	struct online_event event;

	(void)state;
	one_block(&sys, BLOCK_OFFLINE);
	sys.blocks[0].is_gone = true;
	drive_online(&sys.fs, 40, ZONE_MOVABLE, &event);
	assert_false(event.restored);
	assert_int_equal(event.error, ENOENT);
	assert_int_equal(event.writes, 0);
	assert_true(event.node == UINT32_MAX);
}

static void waits_for_somebody_elses_offline(void **state)
{
	static const enum block_state afterwards[] = {BLOCK_OFFLINE, BLOCK_ONLINE};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct fake_sysfs sys;
		struct online_event event;

		one_block(&sys, BLOCK_GOING_OFFLINE);
		sys.blocks[0].going_offline_reads = 4;
		sys.blocks[0].then = afterwards[i];
		drive_online_with(&sys.fs, 40, ZONE_MOVABLE, &patient, &event);
		assert_true(event.restored);
		assert_int_equal(words, afterwards[i] == BLOCK_OFFLINE ? 1 : 0);
	}
}

static void does_not_wait_for_ever(void **state)
{
	struct fake_sysfs sys;
	struct online_event event;

	(void)state;
	one_block(&sys, BLOCK_GOING_OFFLINE);
	drive_online_with(&sys.fs, 40, ZONE_MOVABLE, &quick, &event);
	assert_false(event.restored);
	assert_int_equal(event.state_after, BLOCK_GOING_OFFLINE);
	assert_int_equal(event.error, EBUSY);
	assert_int_equal(words, 0);
	assert_true(event.wall_ns >= quick.going_offline_ns);
	assert_true(event.wall_ns < WAIT_PATIENCE_NS);
}

int test_online(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(brings_an_offline_block_back_to_its_zone),
		cmocka_unit_test(brings_a_normal_block_back_to_normal),
		cmocka_unit_test(writes_nothing_to_a_block_that_is_online),
		cmocka_unit_test(tells_a_wrong_zone_and_leaves_it),
		cmocka_unit_test(tries_again_when_the_kernel_refuses),
		cmocka_unit_test(gives_up_in_the_end_and_says_why),
		cmocka_unit_test(believes_the_state_not_the_answer),
		cmocka_unit_test(a_block_that_is_gone_is_told),
		cmocka_unit_test(waits_for_somebody_elses_offline),
		cmocka_unit_test(does_not_wait_for_ever),
	};

	return cmocka_run_group_tests_name("drive: online", tests, NULL, NULL);
}
