// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A KCIDB 5.3 submission: a checkout (what is known of the source: nothing but the release), a
 * build (the kernel that ran), a test for the whole run with its verdict, one for each other case and
 * one for each figure.
 * Nothing may be null and no key may be new; what is ours stands in misc.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/jsonw.h"
#include "base/memory.h"
#include "reports/export/export.h"
#include "reports/export/text.h"

#define MAJOR 5
#define MINOR 3
#define MAX_COMMENT 1024
#define MAX_PATH_PART 80

static const char *const statuses[CASE_STATUS_MAX] = {
	[CASE_PASS] = "PASS", [CASE_FAIL] = "FAIL",    [CASE_ERROR] = "ERROR",
	[CASE_SKIP] = "SKIP", [CASE_ABORTED] = "MISS", [CASE_CRASHED] = "FAIL",
};

struct submission {
	const struct export_input *in;
	const char *origin;
	char *checkout, *build; /* ids */
};

/* FNV-1a: an id that is the same for the same kernel on every host. */
static uint64_t hash(uint64_t state, const char *text)
{
	for (; text && *text; text++)
		state = (state ^ (unsigned char)*text) * 0x100000001b3ULL;
	return state;
}

static char *make_id(const char *origin, const char *word, const struct jsonw *kernel)
{
	uint64_t state = hash(0xcbf29ce484222325ULL, jsonw_get_string(kernel, "release"));

	return memory_format("%s:%s-%016" PRIx64, origin, word,
			     hash(state, jsonw_get_string(kernel, "version")));
}

static void set_line(struct jsonw *object, const char *key, const char *text)
{
	cleanup_free char *line = text ? text_line(text, MAX_COMMENT) : NULL;

	if (line)
		jsonw_set_string(object, key, line);
}

static struct jsonw *make_checkout(const struct submission *s)
{
	struct jsonw *checkout = jsonw_object();

	jsonw_set_string(checkout, "id", s->checkout);
	jsonw_set_string(checkout, "origin", s->origin);
	set_line(checkout, "comment", s->in->kernel);
	return checkout;
}

static struct jsonw *make_build(const struct submission *s)
{
	const struct jsonw *kernel = jsonw_get(s->in->report, "kernel");
	const char *architecture = jsonw_as_string(figure_at(s->in->report, "host.architecture"));
	cleanup_free char *word = architecture ? text_identifier(architecture, MAX_PATH_PART) : NULL;
	struct jsonw *build = jsonw_object(), *misc = jsonw_object();

	jsonw_set_string(build, "id", s->build);
	jsonw_set_string(build, "origin", s->origin);
	jsonw_set_string(build, "checkout_id", s->checkout);
	jsonw_set_string(build, "status", "PASS");
	if (word)
		jsonw_set_string(build, "architecture", word);
	set_line(build, "comment", jsonw_get_string(kernel, "version"));
	set_line(misc, "utsrelease", jsonw_get_string(kernel, "release"));
	jsonw_set(build, "misc", misc);
	return build;
}

/* A path's part may have no dot of its own: a case's dots are its parts. */
static char *path_part(const char *text)
{
	char *part = text_word(text, MAX_PATH_PART);

	for (char *p = part; *p; p++)
		*p = *p == '.' ? '_' : *p;
	return part;
}

static struct jsonw *make_environment(const struct submission *s)
{
	const struct jsonw *report = s->in->report;
	struct jsonw *environment = jsonw_object(), *misc = jsonw_object();
	static const struct {
		const char *key, *path;
	} counts[] = {
		{"block_size_bytes", "topology.block_size_bytes"},
		{"memory_bytes", "host.memory_bytes"},
		{"cpus", "host.cpus"},
	};

	set_line(environment, "comment", s->in->host);
	jsonw_set_uint(misc, "nodes", jsonw_length(figure_at(report, "topology.nodes")));
	for (size_t i = 0; i < ARRAY_SIZE(counts); i++)
		if (figure_at(report, counts[i].path))
			jsonw_set_uint(misc, counts[i].key, jsonw_as_uint(figure_at(report, counts[i].path)));
	set_line(misc, "virtualisation", jsonw_as_string(figure_at(report, "run.virtualisation")));
	jsonw_set(environment, "misc", misc);
	return environment;
}

/*
 * @tail: what follows the run in the id and the profile in the path; NULL: the run as a whole, the
 * only one with the environment's details.
 */
static struct jsonw *make_test(const struct submission *s, const char *tail, const char *status)
{
	const struct jsonw *run = jsonw_get(s->in->report, "run");
	cleanup_free char *profile = path_part(s->in->profile);
	cleanup_free char *id = memory_format("%s:%s%s%s", s->origin, s->in->run_id, tail ? "." : "",
					      tail ? tail : "");
	cleanup_free char *path = memory_format("memsoak.%s%s%s", profile, tail ? "." : "",
						tail ? tail : "");
	const char *start = jsonw_get_string(run, "start");
	struct jsonw *test = jsonw_object();
	double seconds;

	jsonw_set_string(test, "id", id);
	jsonw_set_string(test, "origin", s->origin);
	jsonw_set_string(test, "build_id", s->build);
	jsonw_set_string(test, "path", path);
	jsonw_set_string(test, "status", status);
	if (!tail)
		jsonw_set(test, "environment", make_environment(s));
	if (text_parse_time(start, &seconds))
		jsonw_set_string(test, "start_time", start);
	return test;
}

static void set_case(struct jsonw *test, const struct test_case *c)
{
	set_line(test, "comment", c->why);
	if (c->log)
		jsonw_set_string(test, "log_excerpt", c->log);
}

static struct jsonw *make_whole(const struct submission *s)
{
	const struct jsonw *report = s->in->report, *run = jsonw_get(report, "run");
	const struct test_case *verdict = &s->in->cases.cases[0];
	struct jsonw *test = make_test(s, NULL, statuses[verdict->status]);
	struct jsonw *misc = jsonw_object(), *ours = jsonw_object();

	set_case(test, verdict);
	if (jsonw_has(run, "duration_ns"))
		jsonw_set_double(test, "duration", jsonw_get_double(run, "duration_ns") / 1e9);
	jsonw_set_uint(ours, "report_major", jsonw_as_uint(figure_at(report, "schema.major")));
	jsonw_set_uint(ours, "report_minor", jsonw_as_uint(figure_at(report, "schema.minor")));
	set_line(ours, "plan_digest", jsonw_get_string(run, "plan_digest"));
	if (jsonw_has(run, "seed"))
		jsonw_set_uint(ours, "seed", jsonw_get_uint(run, "seed"));
	jsonw_set_uint(ours, "exit", jsonw_as_uint(figure_at(report, "verdict.exit")));
	jsonw_set_uint(ours, "memory_left_offline",
		       jsonw_length(figure_at(report, "harness.memory_left_offline")));
	jsonw_set(misc, "memsoak", ours);
	jsonw_set(test, "misc", misc);
	return test;
}

/* A case's dots are parts of the path; two in a row, or one at the end, are none. */
static char *case_tail(const char *name)
{
	char *tail = memory_string(name);

	for (char *p = tail; *p; p++)
		if (*p == '.' && (p == tail || p[1] == '.' || p[1] == '\0'))
			*p = '_';
	return tail;
}

static struct jsonw *make_figure(const struct submission *s, const struct figure_sample *sample)
{
	static const struct {
		const char *unit, *prefix;
	} units[] = {
		[FIGURE_PLAIN] = {NULL, NULL},
		[FIGURE_SECONDS] = {"s", "metric"},
		[FIGURE_BYTES] = {"B", "binary"},
		[FIGURE_RATIO] = {NULL, NULL},
	};
	cleanup_free char *tail = memory_format("figure.%s%s%s", sample->figure->name,
						sample->word ? "." : "", sample->word ? sample->word : "");
	struct jsonw *test = make_test(s, tail, "DONE"), *number = jsonw_object();

	if (sample->is_count)
		jsonw_set_uint(number, "value", sample->count);
	else
		jsonw_set_double(number, "value", sample->number);
	if (units[sample->figure->unit].unit) {
		jsonw_set_string(number, "unit", units[sample->figure->unit].unit);
		jsonw_set_string(number, "prefix", units[sample->figure->unit].prefix);
	}
	jsonw_set(test, "number", number);
	return test;
}

static void write_tests(const struct submission *s, struct jsonw_stream *stream)
{
	jsonw_stream_begin(stream, "tests", '[');
	jsonw_stream_value(stream, NULL, make_whole(s));
	for (size_t i = 1; i < s->in->cases.n_cases; i++) { /* the first, the verdict, is the whole */
		const struct test_case *c = &s->in->cases.cases[i];
		cleanup_free char *tail = case_tail(c->name);
		struct jsonw *test = make_test(s, tail, statuses[c->status]);

		set_case(test, c);
		jsonw_stream_value(stream, NULL, test);
	}
	for (size_t i = 0; i < s->in->figures.n_samples; i++)
		jsonw_stream_value(stream, NULL, make_figure(s, &s->in->figures.samples[i]));
	jsonw_stream_end(stream, ']');
}

void export_write_kcidb(const struct export_input *in, FILE *out)
{
	const struct jsonw *kernel = jsonw_get(in->report, "kernel");
	struct submission s = {.in = in};
	struct jsonw_stream stream = {.out = out};
	struct jsonw *version = jsonw_object();

	s.origin = in->options->origin ? in->options->origin : "memsoak";
	s.checkout = make_id(s.origin, "kernel", kernel);
	s.build = make_id(s.origin, "build", kernel);
	jsonw_set_uint(version, "major", MAJOR);
	jsonw_set_uint(version, "minor", MINOR);
	jsonw_stream_begin(&stream, NULL, '{');
	jsonw_stream_value(&stream, "version", version);
	jsonw_stream_begin(&stream, "checkouts", '[');
	jsonw_stream_value(&stream, NULL, make_checkout(&s));
	jsonw_stream_end(&stream, ']');
	jsonw_stream_begin(&stream, "builds", '[');
	jsonw_stream_value(&stream, NULL, make_build(&s));
	jsonw_stream_end(&stream, ']');
	write_tests(&s, &stream);
	jsonw_stream_end(&stream, '}');
	free(s.checkout);
	free(s.build);
}
