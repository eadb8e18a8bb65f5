// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "observe/kmsg.h"
#include "observe/test_observe.h"

static char room[70000];

static bool parse(const char *raw, struct kmsg_record *record)
{
	memset(record, 0xee, sizeof(*record));
	return kmsg_parse(raw, strlen(raw), room, record);
}

static void assert_text(const struct kmsg_record *record, const char *text, size_t length)
{
	assert_int_equal(record->text_length, length);
	assert_memory_equal(record->text, text, length);
}

#define ASSERT_TEXT(record, literal) assert_text(record, literal, sizeof(literal) - 1)

static void plain_record(void **state)
{
	const char *raw = "6,339,5140900,-;NET: Registered protocol family 10\n";
	struct kmsg_record record;

	(void)state;
	assert_true(parse(raw, &record));
	assert_int_equal(record.level, 6);
	assert_int_equal(record.facility, 0);
	assert_int_equal(record.sequence, 339);
	assert_int_equal(record.time_us, 5140900);
	assert_false(record.is_fragment);
	ASSERT_TEXT(&record, "NET: Registered protocol family 10");
	assert_ptr_equal(record.raw, raw);
	assert_int_equal(record.raw_length, strlen(raw));
}

static void dictionary_is_no_text(void **state)
{
	struct kmsg_record record;

	(void)state;
	assert_true(
		parse("3,7,1,-;disk gone\n SUBSYSTEM=pci\n DEVICE=+pci:0000:00:1f.2\n", &record));
	ASSERT_TEXT(&record, "disk gone");
}

static void caller_and_fragment(void **state)
{
	struct kmsg_record record;

	(void)state;
	assert_true(parse("4,8,2,c,caller=T1042;half a line\n", &record));
	assert_true(record.is_fragment);
	ASSERT_TEXT(&record, "half a line");
	assert_true(parse("4,9,3,-,caller=C2;rest\n", &record));
	assert_false(record.is_fragment);
	ASSERT_TEXT(&record, "rest");
}

static void facility_is_told(void **state)
{
	struct kmsg_record record;

	(void)state;
	assert_true(parse("12,10,4,-;from user space\n", &record));
	assert_int_equal(record.facility, 1);
	assert_int_equal(record.level, 4);
	assert_true(parse("30,10,4,-;a daemon\n", &record));
	assert_int_equal(record.facility, 3);
}

static void escapes(void **state)
{
	struct kmsg_record record;

	(void)state;
	assert_true(parse("6,1,2,-;a\\x00b\\x0ac\\x5cd\\xfF\n", &record));
	ASSERT_TEXT(&record, "a\0b\nc\\d\xff");
	/* Not quite escapes: they stay. */
	assert_true(parse("6,1,2,-;\\x \\xg0 \\x4", &record));
	ASSERT_TEXT(&record, "\\x \\xg0 \\x4");
}

static void bytes_that_are_no_utf8(void **state)
{
	static const char raw[] = "6,1,2,-;x\x80\xfe\0y\n";
	struct kmsg_record record;

	(void)state;
	assert_true(kmsg_parse(raw, sizeof(raw) - 1, room, &record));
	ASSERT_TEXT(&record, "x\x80\xfe\0y");
}

static void empty_and_great(void **state)
{
	cleanup_free char *raw = memory_alloc(65536, 1);
	struct kmsg_record record;

	(void)state;
	assert_true(parse("6,1,2,-;\n", &record));
	assert_int_equal(record.text_length, 0);
	assert_true(parse("0,18446744073709551605,18446744073709551605,-;x", &record));
	assert_true(record.sequence == UINT64_MAX - 10);
	memset(raw, 'a', 65536);
	memcpy(raw, "6,1,2,-;", 8);
	assert_true(kmsg_parse(raw, 65536, room, &record));
	assert_int_equal(record.text_length, 65536 - 8);
}

static void what_is_no_record(void **state)
{
	static const char *const raws[] = {
		"",
		"\n",
		"6",
		"6,1",
		"6,1,2",
		"6,1,2,-",
		"6,1,2,-\nno semicolon in the first line;x\n",
		"6,1,2;flags are missing\n",
		" SUBSYSTEM=pci\n",
		"<6>[    1.0] dmesg's form\n",
		"-6,1,2,-;x\n",
		"6,-1,2,-;x\n",
		"6, 1,2,-;x\n",
		"99999999999999999999999,1,2,-;x\n",
		"6,99999999999999999999999,2,-;x\n",
		/* Would be facility 0 in 32 bits. */
		"34359738368,1,2,-;x\n",
		"2048,1,2,-;x\n",
	};
	struct kmsg_record record;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(raws); i++)
		if (parse(raws[i], &record))
			fail_msg("taken for a record: '%s'", raws[i]);
	/* The same with nothing wrong. */
	assert_true(parse("2047,1,2,-;x\n", &record));
}

/* Every beginning of a record is either none or a record with less text; nothing is read behind it.
 */
static void half_records(void **state)
{
	const char *raw = "6,339,5140900,-,caller=T1;a\\x20b\n SUBSYSTEM=pci\n";
	struct kmsg_record record;

	(void)state;
	for (size_t length = 0; length <= strlen(raw); length++) {
		cleanup_free char *exact = memory_alloc(length ? length : 1, 1);

		memcpy(exact, raw, length);
		if (kmsg_parse(exact, length, room, &record))
			assert_true(record.text_length <= length);
		else
			assert_true(length < strlen("6,339,5140900,-,caller=T1;"));
	}
}

int test_kmsg_parse(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_record),
		cmocka_unit_test(dictionary_is_no_text),
		cmocka_unit_test(caller_and_fragment),
		cmocka_unit_test(facility_is_told),
		cmocka_unit_test(escapes),
		cmocka_unit_test(bytes_that_are_no_utf8),
		cmocka_unit_test(empty_and_great),
		cmocka_unit_test(what_is_no_record),
		cmocka_unit_test(half_records),
	};

	return cmocka_run_group_tests_name("kmsg: records", tests, NULL, NULL);
}
