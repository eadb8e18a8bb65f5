// SPDX-License-Identifier: GPL-2.0-or-later
/* Each keyword with a document that fits and one that does not, and what is said about it. */
#include <string.h>

#include "base/cleanup.h"
#include "base/jsonw.h"
#include "reports/schema.h"
#include "reports/test_reports.h"
#include "reports/validate.h"

struct told {
	size_t n;
	char path[200], what[400]; /* of the last */
};

static void take(void *context, const char *path, const char *what)
{
	struct told *told = context;

	told->n++;
	(void)snprintf(told->path, sizeof(told->path), "%s", path);
	(void)snprintf(told->what, sizeof(told->what), "%s", what);
}

static struct told validate(const char *schema, const char *document)
{
	struct jsonw *rules = test_json(schema), *value = test_json(document);
	struct told told = {0};
	size_t n = validate_document(rules, value, take, &told);

	assert_int_equal(n, told.n);
	assert_int_equal(validate_document(rules, value, NULL, NULL), n);
	jsonw_free(rules);
	jsonw_free(value);
	return told;
}

static void fits(const char *schema, const char *document)
{
	struct told told = validate(schema, document);

	if (told.n)
		fail_msg("%s against %s: %s %s", document, schema, told.path, told.what);
}

static void fits_not(const char *schema, const char *document, const char *path, const char *what)
{
	struct told told = validate(schema, document);

	if (told.n != 1 || strcmp(told.path, path) != 0 || !strstr(told.what, what))
		fail_msg("%s against %s: wanted %s %s, got %zu times %s %s", document, schema, path,
			 what, told.n, told.path, told.what);
}

static void test_type(void **state)
{
	static const struct {
		const char *type, *good[3], *bad[4];
	} table[] = {
		{"null", {"null"}, {"0", "false", "''", "{}"}},
		{"boolean", {"true", "false"}, {"0", "null", "'true'"}},
		{"integer", {"0", "-5", "2.0"}, {"2.5", "'2'", "true", "null"}},
		{"number", {"0", "2.5", "-1e9"}, {"'2'", "true", "null", "[]"}},
		{"string", {"''", "'x'"}, {"0", "null", "[]", "{}"}},
		{"array", {"[]", "[1,'a']"}, {"{}", "'[]'", "null"}},
		{"object", {"{}", "{'a':1}"}, {"[]", "null", "'x'"}},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		char schema[64], what[64];

		(void)snprintf(schema, sizeof(schema), "{'type':'%s'}", table[i].type);
		(void)snprintf(what, sizeof(what), "is no %s", table[i].type);
		for (size_t k = 0; k < 3 && table[i].good[k]; k++)
			fits(schema, table[i].good[k]);
		for (size_t k = 0; k < 4 && table[i].bad[k]; k++)
			fits_not(schema, table[i].bad[k], "/", what);
	}
	fits_not("{'type':'colour'}", "1", "/", "is no colour");
	fits_not("{'type':['string','null']}", "'x'", "/", "is no known type");
}

static void test_properties(void **state)
{
	static const char schema[] = "{'properties':{'a':{'type':'string'},"
				     "'b':{'properties':{'c':{'type':'integer'}}}}}";

	(void)state;
	fits(schema, "{'a':'x','b':{'c':5},'other':null}");
	fits(schema, "{}");
	fits(schema, "[1]"); /* no object: nothing is said about it */
	fits_not(schema, "{'a':1}", "/a", "is no string");
	fits_not(schema, "{'a':null}", "/a", "is no string");
	fits_not(schema, "{'b':{'c':'x'}}", "/b/c", "is no integer");
	assert_int_equal(validate(schema, "{'a':1,'b':{'c':[]}}").n, 2);
}

static void test_required(void **state)
{
	static const char schema[] = "{'required':['a','b'],"
				     "'properties':{'in':{'required':['c']}}}";

	(void)state;
	fits(schema, "{'a':0,'b':null}"); /* there, be it null */
	fits(schema, "'no object'");
	fits_not(schema, "{'a':0}", "/", "lacks 'b'");
	fits_not(schema, "{'a':0,'b':0,'in':{}}", "/in", "lacks 'c'");
	assert_int_equal(validate(schema, "{}").n, 2);
}

static void test_additional(void **state)
{
	static const char strict[] = "{'properties':{'a':{}},'additionalProperties':false}";
	static const char typed[] = "{'properties':{'a':{}},'additionalProperties':{'type':'integer'}}";

	(void)state;
	fits(strict, "{'a':1}");
	fits(strict, "{}");
	fits_not(strict, "{'a':1,'b':2}", "/b", "is not known here");
	fits_not("{'additionalProperties':false}", "{'b':2}", "/b", "is not known here");
	fits("{'additionalProperties':true}", "{'b':2}");
	fits(typed, "{'a':'any','b':2}");
	fits_not(typed, "{'a':'any','b':'x'}", "/b", "is no integer");
}

static void test_items(void **state)
{
	static const char schema[] = "{'items':{'type':'integer'}}";

	(void)state;
	fits(schema, "[]");
	fits(schema, "[1,2]");
	fits(schema, "'no array'");
	fits_not(schema, "[1,'x',3]", "/1", "is no integer");
	fits_not(schema, "[1,null]", "/1", "is no integer");
	fits_not("{'properties':{'l':{'items':{'items':{'type':'integer'}}}}}", "{'l':[[1],[2,true]]}",
		 "/l/1/1", "is no integer");
}

static void test_number_of_items(void **state)
{
	static const char schema[] = "{'minItems':2,'maxItems':3}";

	(void)state;
	fits(schema, "[1,2]");
	fits(schema, "[1,2,3]");
	fits(schema, "'x'");
	fits_not(schema, "[1]", "/", "has fewer than 2 elements");
	fits_not(schema, "[1,2,3,4]", "/", "has more than 3 elements");
}

static void test_enum(void **state)
{
	static const char schema[] = "{'enum':['a',2,true]}";

	(void)state;
	fits(schema, "'a'");
	fits(schema, "2");
	fits(schema, "2.0");
	fits(schema, "true");
	fits_not(schema, "'b'", "/", "is none of [\"a\",2,true]");
	fits_not(schema, "'2'", "/", "is none of");
	fits_not(schema, "false", "/", "is none of");
	fits_not(schema, "1", "/", "is none of");
	fits_not(schema, "null", "/", "is none of");
	fits_not("{'properties':{'k':{'enum':['x']}}}", "{'k':'y'}", "/k", "is none of [\"x\"]");
}

static void test_const(void **state)
{
	(void)state;
	fits("{'const':'a'}", "'a'");
	fits("{'const':1}", "1");
	fits_not("{'const':'a'}", "'b'", "/", "is not \"a\"");
	fits_not("{'const':1}", "2", "/", "is not 1");
	fits_not("{'const':1}", "true", "/", "is not 1");
	fits_not("{'const':false}", "0", "/", "is not false");
}

static void test_pattern(void **state)
{
	static const char schema[] = "{'pattern':'^[0-9]{2}x$'}";

	(void)state;
	fits(schema, "'12x'");
	fits(schema, "12"); /* no string */
	fits_not(schema, "'12xx'", "/", "does not match ^[0-9]{2}x$");
	fits_not(schema, "'12x\\n'", "/", "does not match");
	fits("{'pattern':'b'}", "'abc'"); /* anywhere, unless it says otherwise */
	fits_not("{'pattern':'('}", "'x'", "/", "cannot be checked");
	fits_not("{'pattern':5}", "'x'", "/", "cannot be checked");
}

static void test_range(void **state)
{
	static const char schema[] = "{'minimum':0,'maximum':1}";

	(void)state;
	fits(schema, "0");
	fits(schema, "1");
	fits(schema, "0.5");
	fits(schema, "'7'");
	fits_not(schema, "-1", "/", "is below 0");
	fits_not(schema, "-0.001", "/", "is below 0");
	fits_not(schema, "1.001", "/", "is above 1");
	fits_not(schema, "18446744073709551615", "/", "is above 1");
	fits("{'minimum':0}", "18446744073709551615");
}

static void test_ref(void **state)
{
	static const char schema[] =
		"{'properties':{'a':{'$ref':'#/$defs/n','minimum':3}},"
		"'$defs':{'n':{'type':'integer'},"
		"'tree':{'properties':{'down':{'$ref':'#/$defs/tree'},'v':{'$ref':'#/$defs/n'}}}},"
		"'additionalProperties':{'$ref':'#/$defs/tree'}}";

	(void)state;
	fits(schema, "{'a':3}");
	fits_not(schema, "{'a':'x'}", "/a", "is no integer");
	fits_not(schema, "{'a':2}", "/a", "is below 3"); /* its neighbours hold too */
	fits(schema, "{'t':{'down':{'down':{'v':1}}}}");
	fits_not(schema, "{'t':{'down':{'down':{'v':'x'}}}}", "/t/down/down/v", "is no integer");
	fits_not("{'$ref':'#/$defs/none'}", "1", "/", "'#/$defs/none' leads nowhere");
	fits_not("{'$ref':'other.json'}", "1", "/", "leads nowhere");
	fits_not("{'$ref':5}", "1", "/", "leads nowhere");
	/* In a circle, and not deeper into the document. */
	fits_not("{'$ref':'#/$defs/a','$defs':{'a':{'$ref':'#/$defs/a'}}}", "1", "/", "leads nowhere");
}

static void test_unknown_keyword(void **state)
{
	(void)state;
	fits_not("{'oneOf':[{}]}", "1", "/", "this validator does not know 'oneOf'");
	fits_not("{'properties':{'a':{'maxLength':5}}}", "{'a':'x'}", "/a", "'maxLength'");
	fits("{'$schema':'s','$id':'i','title':'t','description':'d'}", "1");
}

/* RFC 6901: "~" and "/" in a name are told as "~0" and "~1". */
static void test_pointers(void **state)
{
	static const char schema[] = "{'additionalProperties':{'items':{'type':'string'}}}";

	(void)state;
	fits_not(schema, "{'a/b':[5]}", "/a~1b/0", "is no string");
	fits_not(schema, "{'a~b':[5]}", "/a~0b/0", "is no string");
	fits_not(schema, "{'~1':['x',5]}", "/~01/1", "is no string");
	fits_not(schema, "{'':[5]}", "//0", "is no string");
}

/* Every schema within the program is one, and uses nothing that this validator does not know. */
static void test_own_schemas(void **state)
{
	(void)state;
	assert_true(n_schemas >= 3);
	for (size_t i = 0; i < n_schemas; i++) {
		struct jsonw *rules = NULL, *empty = jsonw_object(), *version;
		struct told told = {0};

		assert_int_equal(jsonw_parse(schemas[i].text, strlen(schemas[i].text), &rules, NULL),
				 0);
		assert_true(validate_document(rules, empty, take, &told) > 0);
		assert_string_equal(told.path, "/");
		assert_non_null(strstr(told.what, "lacks '"));
		version = jsonw_get(jsonw_get(jsonw_get(rules, "properties"), "schema"), "$ref");
		assert_int_equal(strncmp(jsonw_as_string(version), "#/$defs/", 8), 0);
		version = jsonw_get(jsonw_get(rules, "$defs"), jsonw_as_string(version) + 8);
		version = jsonw_get(version, "properties");
		assert_string_equal(jsonw_get_string(jsonw_get(version, "name"), "const"),
				    schemas[i].name);
		assert_int_equal(jsonw_get_uint(jsonw_get(version, "major"), "const"),
				 schemas[i].major);
		assert_ptr_equal(schema_by_word(schemas[i].word), &schemas[i]);
		assert_ptr_equal(schema_by_name(schemas[i].name), &schemas[i]);
		jsonw_free(rules);
		jsonw_free(empty);
	}
	assert_null(schema_by_word("memsoak-report"));
	assert_null(schema_by_name("report"));
}

int test_validate(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_type),	   cmocka_unit_test(test_properties),
		cmocka_unit_test(test_required),   cmocka_unit_test(test_additional),
		cmocka_unit_test(test_items),	   cmocka_unit_test(test_number_of_items),
		cmocka_unit_test(test_enum),	   cmocka_unit_test(test_const),
		cmocka_unit_test(test_pattern),	   cmocka_unit_test(test_range),
		cmocka_unit_test(test_ref),	   cmocka_unit_test(test_unknown_keyword),
		cmocka_unit_test(test_pointers),   cmocka_unit_test(test_own_schemas),
	};

	return cmocka_run_group_tests_name("validate", tests, NULL, NULL);
}
