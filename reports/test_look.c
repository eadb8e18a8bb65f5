// SPDX-License-Identifier: GPL-2.0-or-later
/* Looking into a report by paths. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/jsonw.h"
#include "base/memory.h"
#include "reports/test_reports.h"

const struct jsonw *test_at(const struct test_run *run, const char *path)
{
	cleanup_free char *copy = memory_string(path);
	const struct jsonw *value = run->report;
	char *rest = copy, *name;

	while (value && (name = strsep(&rest, "."))) {
		if (jsonw_type_of(value) == JSONW_ARRAY)
			value = jsonw_at(value, strtoul(name, NULL, 10));
		else
			value = jsonw_get(value, name);
	}
	return value;
}

static const struct jsonw *there(const struct test_run *run, const char *path)
{
	const struct jsonw *value = test_at(run, path);

	if (!value)
		fail_msg("the report has no %s", path);
	return value;
}

void test_is(const struct test_run *run, const char *path, uint64_t expected)
{
	const struct jsonw *value = there(run, path);

	if (jsonw_type_of(value) != JSONW_INTEGER || jsonw_as_uint(value) != expected)
		fail_msg("%s is %s, not %" PRIu64, path,
			 jsonw_text((struct jsonw *)(uintptr_t)value, NULL), expected);
}

void test_is_near(const struct test_run *run, const char *path, double expected, double tolerance)
{
	double value = jsonw_as_double(there(run, path));

	if (!(fabs(value - expected) <= tolerance))
		fail_msg("%s is %.9g, not %.9g", path, value, expected);
}

void test_is_text(const struct test_run *run, const char *path, const char *expected)
{
	const char *text = jsonw_as_string(there(run, path));

	if (!text || strcmp(text, expected) != 0)
		fail_msg("%s is '%s', not '%s'", path, text ? text : "no text", expected);
}

void test_is_true(const struct test_run *run, const char *path, bool expected)
{
	const struct jsonw *value = there(run, path);

	if (jsonw_type_of(value) != JSONW_BOOLEAN || jsonw_as_bool(value) != expected)
		fail_msg("%s is not %s", path, expected ? "true" : "false");
}

void test_is_json(const struct test_run *run, const char *path, const char *expected)
{
	const char *text = jsonw_text((struct jsonw *)(uintptr_t)there(run, path), NULL);
	cleanup_free char *wanted = test_quoted(expected);

	if (strcmp(text, wanted) != 0)
		fail_msg("%s is %s, not %s", path, text, wanted);
}

void test_is_absent(const struct test_run *run, const char *path)
{
	const struct jsonw *value = test_at(run, path);

	if (value)
		fail_msg("%s is there: %s", path,
			 jsonw_text((struct jsonw *)(uintptr_t)value, NULL));
}

const char *test_unmeasured(const struct test_run *run, const char *path)
{
	const struct jsonw *list = test_at(run, "unmeasured");

	for (size_t i = 0; i < jsonw_length(list); i++)
		if (strcmp(jsonw_get_string(jsonw_at(list, i), "path"), path) == 0)
			return jsonw_get_string(jsonw_at(list, i), "why");
	return NULL;
}

void test_is_unmeasured(const struct test_run *run, const char *path, const char *why)
{
	const char *told = test_unmeasured(run, path);

	test_is_absent(run, path);
	if (!told || !strstr(told, why))
		fail_msg("%s is unmeasured because of '%s', not '%s'", path,
			 told ? told : "nothing", why);
}

uint64_t test_faults(const struct test_run *run, const char *what)
{
	const struct jsonw *list = test_at(run, "harness.faults");
	uint64_t n = 0;

	for (size_t i = 0; i < jsonw_length(list); i++)
		if (strstr(jsonw_get_string(jsonw_at(list, i), "what"), what))
			n += jsonw_get_uint(jsonw_at(list, i), "count");
	return n;
}

bool test_has_why(const struct test_run *run, const char *why)
{
	const struct jsonw *list = test_at(run, "verdict.why");

	for (size_t i = 0; i < jsonw_length(list); i++)
		if (strstr(jsonw_as_string(jsonw_at(list, i)), why))
			return true;
	return false;
}

void test_verdict_is(const struct test_run *run, const char *result, int code, const char *why)
{
	const struct jsonw *verdict = test_at(run, "verdict");

	if (strcmp(jsonw_get_string(verdict, "result"), result) != 0 || run->exit != code ||
	    !test_has_why(run, why))
		fail_msg("wanted %s, %d, '%s'; it is %s", result, code, why,
			 jsonw_text((struct jsonw *)(uintptr_t)verdict, NULL));
	assert_int_equal(jsonw_get_int(verdict, "exit"), code);
}
