// SPDX-License-Identifier: GPL-2.0-or-later
#include "drive/test_drive.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/fsio.h"
#include "drive/settings.h"

/* One file: a kernel setting that may refuse, clamp, or list its choices. */
struct knob {
	struct fsio fs;
	char path[SETTING_SIZE];
	char text[256];
	int write_error;     /* positive: refused, nothing changed */
	const char *keeps;   /* what it makes of every other value than @accepts */
	const char *accepts; /* with keeps: the only value that is taken as it is */
	bool has_choices;    /* written "never", reads "always madvise [never]" */
	unsigned int writes, intents;
	int intent_result;
	unsigned int writes_at_intent;
};

static ssize_t knob_read(struct fsio *fs, const char *path, char *buffer, size_t size)
{
	struct knob *k = fs->context;

	if (strcmp(path, k->path) != 0)
		return -ENOENT;
	(void)snprintf(buffer, size, "%s\n", k->text);
	return (ssize_t)strnlen(buffer, size);
}

static int knob_write(struct fsio *fs, const char *path, const char *text)
{
	struct knob *k = fs->context;

	if (strcmp(path, k->path) != 0)
		return -ENOENT;
	k->writes++;
	if (k->write_error)
		return -k->write_error;
	if (k->keeps && strcmp(text, k->accepts) != 0)
		text = k->keeps;
	(void)snprintf(k->text, sizeof(k->text), k->has_choices ? "always madvise [%s]" : "%s",
		       text);
	return 0;
}

static const struct fsio_ops knob_ops = {.read = knob_read, .write = knob_write};

static void knob_init(struct knob *k, const char *text)
{
	*k = (struct knob){.fs = {.ops = &knob_ops, .root_fd = -1, .is_real_root = true}};
	k->fs.context = k;
	(void)snprintf(k->path, sizeof(k->path), "proc/sys/kernel/knob");
	(void)snprintf(k->text, sizeof(k->text), "%s", text);
}

static int intent(void *context, const struct setting *s)
{
	struct knob *k = context;

	assert_string_not_equal(s->old_value, s->new_value);
	k->intents++;
	k->writes_at_intent = k->writes;
	return k->intent_result;
}

static int change(struct knob *k, struct setting *s, const char *value, struct err *e)
{
	return setting_change(&k->fs, s, "proc/sys/kernel/knob", value, intent, k, e);
}

static void changes_and_puts_back(void **state)
{
	struct knob k;
	struct setting s;

	(void)state;
	knob_init(&k, "1");
	assert_int_equal(change(&k, &s, "0", NULL), 1);
	assert_true(s.changed);
	assert_string_equal(k.text, "0");
	assert_string_equal(s.old_value, "1");
	assert_int_equal(k.intents, 1);
	assert_int_equal(k.writes_at_intent, 0);
	assert_int_equal(setting_restore(&k.fs, &s, NULL), 0);
	assert_string_equal(k.text, "1");
	/* Again: nothing is left to do, and nothing is written. */
	k.writes = 0;
	assert_int_equal(setting_restore(&k.fs, &s, NULL), 0);
	assert_int_equal(k.writes, 0);
}

static void leaves_alone_what_is_so_already(void **state)
{
	struct knob k;
	struct setting s;

	(void)state;
	knob_init(&k, "0");
	assert_int_equal(change(&k, &s, "0", NULL), 0);
	assert_false(s.changed);
	assert_int_equal(k.writes, 0);
	assert_int_equal(k.intents, 0);
	assert_int_equal(setting_restore(&k.fs, &s, NULL), 0);
}

static void a_setting_that_is_not_there_is_no_error(void **state)
{
	struct knob k;
	struct setting s;

	(void)state;
	knob_init(&k, "0");
	(void)snprintf(k.path, sizeof(k.path), "elsewhere");
	assert_int_equal(change(&k, &s, "1", NULL), 0);
	assert_false(s.changed);
}

static void no_intent_no_write(void **state)
{
	struct knob k;
	struct setting s;
	struct err e = {0};

	(void)state;
	knob_init(&k, "1");
	k.intent_result = -ENOSPC;
	assert_int_equal(change(&k, &s, "0", &e), -ENOSPC);
	assert_int_equal(k.writes, 0);
	assert_false(s.changed);
	assert_non_null(strstr(e.text, "/proc/sys/kernel/knob"));
}

static void a_refused_write_is_an_error(void **state)
{
	struct knob k;
	struct setting s;
	struct err e = {0};

	(void)state;
	knob_init(&k, "1");
	k.write_error = EINVAL;
	assert_int_equal(change(&k, &s, "7", &e), -EINVAL);
	assert_false(s.changed);
	assert_string_equal(k.text, "1");
	assert_non_null(strstr(e.text, "'7'"));
}

static void what_the_kernel_clamps_is_told_and_undone(void **state)
{
	struct knob k;
	struct setting s;
	struct err e = {0};

	(void)state;
	knob_init(&k, "10");
	k.accepts = "10";
	k.keeps = "60";
	assert_int_equal(change(&k, &s, "99", &e), -EIO);
	assert_non_null(strstr(e.text, "'60'"));
	assert_string_equal(k.text, "10");
	assert_false(s.changed);

	/* It does not take the old value back either: restoring stays possible later. */
	knob_init(&k, "10");
	k.accepts = "none";
	k.keeps = "60";
	assert_int_equal(change(&k, &s, "99", NULL), -EIO);
	assert_true(s.changed);
	assert_string_equal(k.text, "60");
	k.accepts = "10";
	assert_int_equal(setting_restore(&k.fs, &s, NULL), 0);
	assert_string_equal(k.text, "10");
}

static void somebody_elses_change_is_left_alone(void **state)
{
	struct knob k;
	struct setting s;
	struct err e = {0};

	(void)state;
	knob_init(&k, "1");
	assert_int_equal(change(&k, &s, "0", NULL), 1);
	(void)snprintf(k.text, sizeof(k.text), "2");
	assert_int_equal(setting_restore(&k.fs, &s, &e), 1);
	assert_string_equal(k.text, "2");
	assert_non_null(strstr(e.text, "'2'"));
	assert_non_null(strstr(e.text, "'1'"));
}

/*
 * Migration itself moves hugetlb pages from pool to pool, each hung task takes a warning away: the
 * value before is put back all the same. Of others a third value is somebody's.
 */
static void what_drifted_is_put_back(void **state)
{
	static const struct {
		const char *path, *after;
		int result;
	} table[] = {
		{"sys/devices/system/node/node0/hugepages/hugepages-2048kB/nr_hugepages", "1", 0},
		{"proc/sys/kernel/hung_task_warnings", "1", 0},
		{"proc/sys/kernel/hung_task_timeout_secs", "5", 1},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		struct knob k;
		struct setting s;

		knob_init(&k, "1");
		(void)snprintf(k.path, sizeof(k.path), "%s", table[i].path);
		assert_int_equal(setting_change(&k.fs, &s, table[i].path, "9", intent, &k, NULL), 1);
		(void)snprintf(k.text, sizeof(k.text), "5");
		assert_int_equal(setting_restore(&k.fs, &s, NULL), table[i].result);
		assert_string_equal(k.text, table[i].after);
	}
}

static void a_failed_restore_is_told(void **state)
{
	struct knob k;
	struct setting s;
	struct err e = {0};

	(void)state;
	knob_init(&k, "1");
	assert_int_equal(change(&k, &s, "0", NULL), 1);
	k.write_error = EACCES;
	assert_int_equal(setting_restore(&k.fs, &s, &e), -EACCES);
	assert_non_null(strstr(e.text, "'1'"));
	k.write_error = 0;
	(void)snprintf(k.path, sizeof(k.path), "elsewhere");
	assert_int_equal(setting_restore(&k.fs, &s, &e), -ENOENT);
}

static void a_list_of_choices_has_one_value(void **state)
{
	struct knob k;
	struct setting s;

	(void)state;
	knob_init(&k, "always [madvise] never");
	k.has_choices = true;
	assert_int_equal(change(&k, &s, "madvise", NULL), 0);
	assert_int_equal(k.writes, 0);
	assert_int_equal(change(&k, &s, "never", NULL), 1);
	assert_string_equal(s.old_value, "madvise");
	assert_int_equal(setting_restore(&k.fs, &s, NULL), 0);
	assert_string_equal(k.text, "always madvise [madvise]");
}

static void what_does_not_fit_is_not_touched(void **state)
{
	char value[2 * SETTING_SIZE];
	struct knob k;
	struct setting s;

	(void)state;
	memset(value, '7', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	knob_init(&k, "1");
	assert_int_equal(change(&k, &s, value, NULL), -ENAMETOOLONG);
	(void)snprintf(k.text, sizeof(k.text), "%.*s", SETTING_SIZE, value);
	assert_int_equal(change(&k, &s, "0", NULL), -EOVERFLOW);
	assert_int_equal(k.writes, 0);
}

int test_settings(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(changes_and_puts_back),
		cmocka_unit_test(leaves_alone_what_is_so_already),
		cmocka_unit_test(a_setting_that_is_not_there_is_no_error),
		cmocka_unit_test(no_intent_no_write),
		cmocka_unit_test(a_refused_write_is_an_error),
		cmocka_unit_test(what_the_kernel_clamps_is_told_and_undone),
		cmocka_unit_test(somebody_elses_change_is_left_alone),
		cmocka_unit_test(what_drifted_is_put_back),
		cmocka_unit_test(a_failed_restore_is_told),
		cmocka_unit_test(a_list_of_choices_has_one_value),
		cmocka_unit_test(what_does_not_fit_is_not_touched),
	};

	return cmocka_run_group_tests_name("drive: settings", tests, NULL, NULL);
}
