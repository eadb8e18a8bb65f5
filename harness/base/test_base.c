// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/fsio.h"
#include "base/hist.h"
#include "base/jsonw.h"
#include "base/options.h"
#include "base/process.h"
#include "base/units.h"
#include "base/utf8.h"

static void test_errors_carry_their_reason(void **state)
{
	struct err e = {0};

	(void)state;
	assert_int_equal(err_set(NULL, -EIO, "nobody listens"), -EIO);
	assert_int_equal(err_set(&e, -EBUSY, "memory%u", 7u), -EBUSY);
	assert_int_equal(err_wrap(&e, "cycle %d", 3), -EBUSY);
	assert_string_equal(e.text, "cycle 3: memory7");
	assert_int_equal(err_errno(&e, -ENOENT, "reading"), -ENOENT);
	assert_string_equal(e.text, "reading: No such file or directory");
	assert_string_equal(errno_name(-EAGAIN), "EAGAIN");
	assert_string_equal(errno_name(0), "OK");
	assert_string_equal(errno_name(4000), "E4000");
}

static void test_every_value_lies_in_its_bucket(void **state)
{
	(void)state;
	for (uint64_t v = 0; v < 1 << 20; v++) {
		uint32_t bucket = hist_bucket(v);

		assert_true(v <= hist_bucket_upper_ns(bucket));
		assert_true(bucket == 0 || v > hist_bucket_upper_ns(bucket - 1));
		assert_true((double)(hist_bucket_upper_ns(bucket) - v) <= 0.008 * (double)v + 0.5);
	}
	assert_int_equal(hist_bucket(UINT64_MAX), HIST_BUCKETS - 1);
	assert_int_equal(hist_bucket((1ULL << HIST_MAX_BITS) - 1), HIST_BUCKETS - 1);
}

static void test_quantiles_and_merge(void **state)
{
	static struct hist a, b, both;

	(void)state;
	assert_int_equal(hist_quantile_ns(&a, 0.5), 0);
	for (uint64_t v = 1; v <= 1000; v++)
		hist_add(&a, v * 1000);
	hist_add_shared(&b, 5000000);
	hist_merge(&both, &a);
	hist_merge(&both, &b);
	assert_int_equal(both.count, 1001);
	assert_int_equal(both.max_ns, 5000000);
	assert_int_equal(both.sum_ns, 500500000ULL + 5000000);
	assert_int_equal(hist_quantile_ns(&both, 1.0), 5000000);
	assert_in_range(hist_quantile_ns(&a, 0.5), 500000, 504000);
	assert_in_range(hist_quantile_ns(&a, 0.99), 990000, 998000);
}

static void test_units(void **state)
{
	static const char *const bad[] = {"", "5", "s", "-5s", "5 parsecs", "5ss", "1e400s", "9999999999h"};
	struct err e = {0};
	uint64_t value;
	char text[32];

	(void)state;
	assert_int_equal(units_parse_duration("1.5h", &value, &e), 0);
	assert_int_equal(value, 5400 * NS_PER_S);
	assert_int_equal(units_parse_duration("200 ms", &value, &e), 0);
	assert_int_equal(value, 200 * NS_PER_MS);
	assert_int_equal(units_parse_bytes("4GiB", &value, &e), 0);
	assert_int_equal(value, 4ULL << 30);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_true(units_parse_duration(bad[i], &value, &e) < 0);
	assert_int_equal(units_parse_bytes("4GB", &value, &e), -EINVAL);
	assert_non_null(strstr(e.text, "GiB"));
	assert_int_equal(units_parse_number("12", 1, 12, &value, &e), 0);
	assert_int_equal(units_parse_number("13", 1, 12, &value, &e), -ERANGE);
	assert_int_equal(units_parse_number("0x5", 0, 99, &value, &e), -EINVAL);
	assert_int_equal(units_parse_number("99999999999999999999", 0, UINT64_MAX, &value, &e),
			 -ERANGE);
	units_format_bytes(1536ULL << 20, text, sizeof(text));
	assert_string_equal(text, "1.5 GiB");
	units_format_duration(1250000000, text, sizeof(text));
	assert_string_equal(text, "1.25 s");
	units_format_duration(125 * NS_PER_S, text, sizeof(text));
	assert_string_equal(text, "2m05s");
}

static void test_kernel_text_is_scrubbed(void **state)
{
	static const char hostile[] = "a\x00" "b\x1b[31m\xff\xc0\xaf\xed\xa0\x80\xf5 \xe2\x82\xac";
	cleanup_free char *clean = NULL;
	size_t length;

	(void)state;
	assert_false(utf8_is_valid(hostile, sizeof(hostile) - 1));
	assert_true(utf8_is_valid("\xe2\x82\xac", 3));
	assert_false(utf8_is_valid("\xe2\x82", 2));
	clean = utf8_scrub(hostile, sizeof(hostile) - 1, &length);
	assert_int_equal(strlen(clean), length);
	assert_true(utf8_is_valid(clean, length));
	assert_null(strchr(clean, 0x1b));
	assert_non_null(strstr(clean, "\xe2\x82\xac"));
}

static void test_json_is_always_valid(void **state)
{
	struct jsonw *o = jsonw_object(), *back = NULL;
	struct err e = {0};
	size_t length;
	const char *text;

	(void)state;
	jsonw_set_double(o, "nan", NAN);
	jsonw_set_double(o, "tenth", 0.1);
	jsonw_set_uint(o, "large", UINT64_MAX);
	jsonw_set(o, "bad", jsonw_string_of("x\xff\x00y/", 5));
	jsonw_set_string(o, "absent", NULL);
	text = jsonw_text(o, &length);
	assert_null(strstr(text, "nan"));
	assert_null(strstr(text, "absent"));
	assert_non_null(strstr(text, "\"tenth\":0.1,"));
	assert_non_null(strstr(text, "\"large\":18446744073709551615"));
	assert_null(strstr(text, "\\/"));
	assert_int_equal(jsonw_parse(text, length, &back, &e), 0);
	assert_string_equal(jsonw_get_string(back, "bad"), "x\xef\xbf\xbd y/");
	assert_int_equal(jsonw_get_uint(back, "nothing"), 0);
	assert_null(jsonw_get_string(back, "tenth"));
	jsonw_free(back);
	jsonw_free(o);
}

static void test_bad_json_is_refused(void **state)
{
	static const char *const bad[] = {"", "{", "{\"a\":1}x", "{\"a\":NaN}", "[1,]", "{'a':1}",
					  "\"\xff\"", "[Infinity]", "nul"};
	struct jsonw_parser *parser = jsonw_parser_new();
	struct jsonw *value = NULL;
	struct err e = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_true(jsonw_parse(bad[i], strlen(bad[i]), &value, &e) < 0);
	assert_int_equal(jsonw_parse(" [1, 2] \n", 9, &value, &e), 0);
	assert_int_equal(jsonw_length(value), 2);
	jsonw_free(value);
	assert_null(jsonw_parser_line(parser, "{\"a\":1", 6));
	value = jsonw_parser_line(parser, "{\"a\":1}", 7);
	assert_int_equal(jsonw_get_int(value, "a"), 1);
	jsonw_free(value);
	assert_null(jsonw_parser_line(parser, "{\"a\":1}}", 8));
	jsonw_parser_free(parser);
}

static void test_stream_makes_one_document(void **state)
{
	cleanup_free char *text = NULL;
	struct jsonw *value = NULL;
	struct err e = {0};
	size_t length;
	FILE *out = open_memstream(&text, &length);
	struct jsonw_stream s = {.out = out};

	(void)state;
	jsonw_stream_begin(&s, NULL, '{');
	jsonw_stream_value(&s, "a", jsonw_uint(1));
	jsonw_stream_value(&s, "unmeasured", NULL);
	jsonw_stream_begin(&s, "list", '[');
	for (unsigned int i = 0; i < 3; i++)
		jsonw_stream_value(&s, NULL, jsonw_uint(i));
	jsonw_stream_end(&s, ']');
	jsonw_stream_begin(&s, "empty", '[');
	jsonw_stream_end(&s, ']');
	jsonw_stream_end(&s, '}');
	(void)fclose(out);
	assert_int_equal(jsonw_parse(text, length, &value, &e), 0);
	assert_int_equal(jsonw_length(jsonw_get(value, "list")), 3);
	assert_false(jsonw_has(value, "unmeasured"));
	jsonw_free(value);
}

static void test_fsio_reads_below_its_root(void **state)
{
	char root[] = "/tmp/memsoak-fsio-XXXXXX", text[64];
	cleanup_free char *path = NULL;
	struct fsio fs;
	struct err e = {0};
	uint64_t value;

	(void)state;
	assert_non_null(mkdtemp(root));
	assert_true(asprintf(&path, "%s/number", root) > 0);
	assert_int_equal(file_write_atomic(path, "8000000\n", 8, &e), 0);
	assert_int_equal(fsio_open(&fs, root, &e), 0);
	assert_false(fs.is_real_root);
	assert_int_equal(fsio_read_u64(&fs, &value, 16, "%s", "number"), 0);
	assert_int_equal(value, 0x8000000);
	assert_int_equal(fsio_write_text(&fs, "online", "number"), 0);
	assert_int_equal(fsio_read_text(&fs, text, sizeof(text), "number"), 6);
	assert_int_equal(fsio_read_u64(&fs, &value, 10, "number"), -EINVAL);
	assert_int_equal(fsio_read_text(&fs, text, sizeof(text), "absent"), -ENOENT);
	assert_int_equal(fsio_write_text(&fs, "x", "absent"), -ENOENT);
	fsio_close(&fs);
	(void)unlink(path);
	assert_int_equal(rmdir(root), 0);
	assert_int_equal(fsio_open(&fs, "/nonexistent", &e), -ENOENT);
}

struct sample_options {
	bool flag;
	const char *text;
	uint64_t number, span_ns;
	struct option_list list;
};

static const struct option_spec sample_specs[] = {
	{"flag", 'f', OPTION_FLAG, offsetof(struct sample_options, flag), 0, 0, NULL, ""},
	{"text", 0, OPTION_STRING, offsetof(struct sample_options, text), 0, 0, "T", ""},
	{"number", 'n', OPTION_NUMBER, offsetof(struct sample_options, number), 1, 9, "N", ""},
	{"span", 0, OPTION_DURATION, offsetof(struct sample_options, span_ns), 0, 0, "T", ""},
	{"list", 0, OPTION_LIST, offsetof(struct sample_options, list), 0, 0, "L", ""},
};
static const struct option_command sample_command = {"p", "u", "s", sample_specs, 5};

static int parse(struct sample_options *o, struct option_list *words, struct err *e, const char *line)
{
	static char copy[256];
	char *argv[16], *save = NULL;
	int argc = 0;

	(void)snprintf(copy, sizeof(copy), "p %s", line);
	for (char *word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save))
		argv[argc++] = word;
	return options_parse(&sample_command, argc, argv, o, words, e);
}

static void test_options(void **state)
{
	static const char *const bad[] = {"--nope", "-x", "--number 10", "--number", "--flag=1",
					  "--span 5", "-fn 3"};
	struct sample_options o = {0};
	struct option_list words = {0};
	struct err e = {0};

	(void)state;
	assert_int_equal(parse(&o, &words, &e, "one -f --text=a --number 9 --list x y --span 2s -- -z"), 0);
	assert_true(o.flag);
	assert_string_equal(o.text, "a");
	assert_int_equal(o.number, 9);
	assert_int_equal(o.span_ns, 2 * NS_PER_S);
	assert_int_equal(o.list.n_items, 2);
	assert_int_equal(words.n_items, 2);
	assert_string_equal(words.items[1], "-z");
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_true(parse(&o, &words, &e, bad[i]) < 0);
	assert_int_equal(parse(&o, NULL, &e, "word"), -EINVAL);
	assert_string_equal(e.text, "unexpected word 'word': see p --help");
	option_list_done(&o.list);
	option_list_done(&words);
}

static void test_children(void **state)
{
	const char *const missing[] = {"/nonexistent/program", NULL};
	const char *const fails[] = {"/bin/sh", "-c", "exit 7", NULL};
	struct process_options options = {.stdout_fd = -1, .stderr_fd = -1};
	struct process p;
	struct err e = {0};
	int status;

	(void)state;
	assert_int_equal(process_spawn(&p, missing, &options, &e), -ENOENT);
	assert_non_null(strstr(e.text, "/nonexistent/program"));
	assert_int_equal(process_spawn(&p, fails, &options, &e), 0);
	assert_int_equal(process_reap(&p, &status), 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 7);
}

/* Whoever writes 0 to a cgroup.procs file enters the group: /dev/full stands for one that refuses. */
static void test_a_child_that_cannot_enter_its_cgroup_is_no_child(void **state)
{
	const char *const argv[] = {"/bin/true", NULL};
	int refusing = open("/dev/full", O_WRONLY | O_CLOEXEC);
	int taking = memfd_create("cgroup.procs", MFD_CLOEXEC);
	struct process_options options = {.stdout_fd = -1, .stderr_fd = -1, .cgroup_fds = &taking,
					  .n_cgroup_fds = 1};
	struct process p;
	char written[8] = "";
	int status;

	(void)state;
	assert_int_equal(process_spawn(&p, argv, &options, NULL), 0);
	assert_int_equal(process_reap(&p, &status), 0);
	assert_int_equal(pread(taking, written, sizeof(written), 0), 2);
	assert_string_equal(written, "0\n");
	options.cgroup_fds = &refusing;
	assert_int_equal(process_spawn(&p, argv, &options, NULL), -ENOSPC);
	(void)close(taking);
	(void)close(refusing);
}

static void test_atomic_write_on_a_full_disk_keeps_the_old(void **state)
{
	struct err e = {0};

	(void)state;
	assert_true(file_write_atomic("/proc/nothing/here", "x", 1, &e) < 0);
	assert_non_null(strstr(e.text, "'/proc/nothing/here'")); /* not the temporary file beside it */
}

static void test_atomic_write_leaves_a_fifo_a_fifo(void **state)
{
	char folder[] = "/tmp/memsoak-fifo-XXXXXX", got[4] = "";
	cleanup_free char *path = NULL;
	struct stat st;
	struct err e = {0};
	int reader;

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_true(asprintf(&path, "%s/fifo", folder) > 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	reader = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	assert_int_equal(file_write_atomic(path, "abc", 3, &e), 0);
	assert_int_equal(read(reader, got, sizeof(got)), 3);
	assert_int_equal(stat(path, &st), 0);
	assert_true(S_ISFIFO(st.st_mode));
	(void)close(reader);
	(void)unlink(path);
	(void)rmdir(folder);
}

static void test_a_tree_is_removed_and_what_a_link_points_to_is_not(void **state)
{
	char folder[] = "/tmp/memsoak-tree-XXXXXX";
	cleanup_free char *deep = NULL, *link = NULL, *kept = NULL;

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_true(asprintf(&deep, "%s/gone/a/b", folder) > 0);
	assert_true(asprintf(&link, "%s/gone/link", folder) > 0);
	assert_true(asprintf(&kept, "%s/kept", folder) > 0);
	assert_int_equal(file_make_directories(deep, NULL), 0);
	assert_int_equal(file_write_atomic(kept, "x", 1, NULL), 0);
	assert_int_equal(symlink(folder, link), 0);
	*strstr(deep, "/a/b") = '\0';
	assert_int_equal(file_remove_tree(deep), 0);
	assert_int_equal(access(deep, F_OK), -1);
	assert_int_equal(access(kept, F_OK), 0);
	assert_int_equal(file_remove_tree(deep), -ENOENT);
	assert_int_equal(file_remove_tree(folder), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_errors_carry_their_reason),
		cmocka_unit_test(test_every_value_lies_in_its_bucket),
		cmocka_unit_test(test_quantiles_and_merge),
		cmocka_unit_test(test_units),
		cmocka_unit_test(test_kernel_text_is_scrubbed),
		cmocka_unit_test(test_json_is_always_valid),
		cmocka_unit_test(test_bad_json_is_refused),
		cmocka_unit_test(test_stream_makes_one_document),
		cmocka_unit_test(test_fsio_reads_below_its_root),
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_children),
		cmocka_unit_test(test_a_child_that_cannot_enter_its_cgroup_is_no_child),
		cmocka_unit_test(test_atomic_write_on_a_full_disk_keeps_the_old),
		cmocka_unit_test(test_atomic_write_leaves_a_fifo_a_fifo),
		cmocka_unit_test(test_a_tree_is_removed_and_what_a_link_points_to_is_not),
	};

	return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
