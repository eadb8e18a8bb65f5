// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/run_file.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/file.h"
#include "base/jsonw.h"
#include "base/memory.h"
#include "reports/json_scan.h"
#include "reports/tally.h"

/* What a report takes over, by name and type: anything else in run.json stays there. */
struct field {
	const char *name;
	enum jsonw_type type;
};

static const struct field host_fields[] = {
	{"hostname", JSONW_STRING},   {"architecture", JSONW_STRING},
	{"cpus", JSONW_INTEGER},      {"cpu_model", JSONW_STRING},
	{"memory_bytes", JSONW_INTEGER}, {"page_size_bytes", JSONW_INTEGER},
	{"boot_id", JSONW_STRING},     {"workers_cgroup", JSONW_STRING},
};
static const struct field kernel_fields[] = {
	{"release", JSONW_STRING},
	{"version", JSONW_STRING},
	{"cmdline", JSONW_STRING},
	{"taint_before", JSONW_INTEGER},
};
static const struct field node_fields[] = {
	{"id", JSONW_INTEGER},	       {"cpus", JSONW_STRING},	  {"bytes", JSONW_INTEGER},
	{"free_bytes", JSONW_INTEGER}, {"blocks", JSONW_INTEGER}, {"movable_blocks", JSONW_INTEGER},
};
static const struct field block_fields[] = {
	{"id", JSONW_INTEGER},
	{"state", JSONW_STRING},
	{"node", JSONW_INTEGER},
	{"offlinable", JSONW_BOOLEAN},
	{"why", JSONW_STRING},
};

/* json-c's values have one parent each: a copy, not the same one. */
static struct jsonw *copy_simple(const struct jsonw *value)
{
	switch (jsonw_type_of(value)) {
	case JSONW_STRING:
		return jsonw_string(jsonw_as_string(value));
	case JSONW_INTEGER: /* all of them are counts or numbers of things: never below 0 */
		return jsonw_as_int(value) < 0 ? NULL : jsonw_uint(jsonw_as_uint(value));
	case JSONW_BOOLEAN:
		return jsonw_bool(jsonw_as_bool(value));
	case JSONW_NULL:
	case JSONW_NUMBER:
	case JSONW_ARRAY:
	case JSONW_OBJECT:
		break;
	}
	return NULL;
}

static struct jsonw *copy_fields(const struct jsonw *from, const struct field *fields, size_t n)
{
	struct jsonw *to = jsonw_object();

	for (size_t i = 0; i < n; i++) {
		const struct jsonw *value = jsonw_get(from, fields[i].name);

		if (value && jsonw_type_of(value) == fields[i].type)
			jsonw_set(to, fields[i].name, copy_simple(value));
	}
	return to;
}

static struct jsonw *copy_strings(const struct jsonw *from)
{
	struct jsonw *to = jsonw_array();

	for (size_t i = 0; i < jsonw_length(from); i++)
		if (jsonw_as_string(jsonw_at(from, i)))
			jsonw_append(to, jsonw_string(jsonw_as_string(jsonw_at(from, i))));
	return to;
}

static int copy_option(void *context, const char *key, struct jsonw *value)
{
	if (tally_is_name(key) && jsonw_as_string(value))
		jsonw_set_string(context, key, jsonw_as_string(value));
	return 0;
}

static int copy_fix(void *context, const char *key, struct jsonw *value)
{
	const char *answer = jsonw_get_string(value, "answer");
	bool is_known = answer && (strcmp(answer, "yes") == 0 || strcmp(answer, "no") == 0);
	struct jsonw *copy;

	if (!tally_is_name(key) || jsonw_type_of(value) != JSONW_OBJECT)
		return 0;
	copy = jsonw_object();
	jsonw_set_string(copy, "answer", is_known ? answer : "unknown");
	jsonw_set(copy, "evidence", copy_strings(jsonw_get(value, "evidence")));
	jsonw_set(context, key, copy);
	return 0;
}

struct jsonw *run_file_host(const struct run_file *run)
{
	return copy_fields(jsonw_get(run->document, "host"), host_fields, ARRAY_SIZE(host_fields));
}

struct jsonw *run_file_kernel(const struct run_file *run)
{
	const struct jsonw *from = jsonw_get(run->document, "kernel");
	const struct jsonw *fingerprint = jsonw_get(from, "fingerprint");
	struct jsonw *kernel = copy_fields(from, kernel_fields, ARRAY_SIZE(kernel_fields));

	if (jsonw_get(from, "config")) {
		struct jsonw *config = jsonw_object();

		(void)jsonw_each(jsonw_get(from, "config"), copy_option, config);
		jsonw_set(kernel, "config", config);
	}
	if (fingerprint) {
		const char *generation = jsonw_get_string(fingerprint, "generation");
		bool is_known = generation && strlen(generation) == 1 && strchr("ABC", *generation);
		struct jsonw *copy = jsonw_object();

		jsonw_set_string(copy, "generation", is_known ? generation : "unknown");
		jsonw_set(copy, "evidence", copy_strings(jsonw_get(fingerprint, "evidence")));
		if (jsonw_get(fingerprint, "fixes")) {
			struct jsonw *fixes = jsonw_object();

			(void)jsonw_each(jsonw_get(fingerprint, "fixes"), copy_fix, fixes);
			jsonw_set(copy, "fixes", fixes);
		}
		jsonw_set(kernel, "fingerprint", copy);
	}
	return kernel;
}

struct jsonw *run_file_topology(const struct run_file *run)
{
	const struct jsonw *from = jsonw_get(run->document, "topology");
	const struct jsonw *nodes = jsonw_get(from, "nodes");
	struct jsonw *topology = jsonw_object(), *copies = jsonw_array();

	jsonw_set_uint(topology, "block_size_bytes", jsonw_get_uint(from, "block_size_bytes"));
	for (size_t i = 0; i < jsonw_length(nodes); i++)
		if (jsonw_has(jsonw_at(nodes, i), "id"))
			jsonw_append(copies, copy_fields(jsonw_at(nodes, i), node_fields,
							 ARRAY_SIZE(node_fields)));
	jsonw_set(topology, "nodes", copies);
	return topology;
}

static int copy_block(struct jsonw_parser *parser, struct jsonw_stream *to, struct json_piece piece)
{
	struct jsonw *from =
		jsonw_parser_line(parser, piece.begin, (size_t)(piece.end - piece.begin));
	struct jsonw *block;

	if (!from)
		return -EBADMSG;
	block = copy_fields(from, block_fields, ARRAY_SIZE(block_fields));
	jsonw_set(block, "zones", copy_strings(jsonw_get(from, "zones")));
	if (jsonw_has(block, "id"))
		jsonw_stream_value(to, NULL, block);
	else
		jsonw_free(block);
	jsonw_free(from);
	return 0;
}

static int copy_blocks(struct run_file *run, struct json_piece array)
{
	FILE *out = open_memstream(&run->blocks, &run->blocks_length);
	struct jsonw_stream to = {.out = out};
	struct jsonw_parser *parser;
	struct json_piece element;
	const char *at = NULL;
	int r = 0;

	if (!out)
		return -ENOMEM;
	parser = jsonw_parser_new();
	jsonw_stream_begin(&to, NULL, '[');
	while (r == 0 && json_scan_next(array, &at, &element))
		r = copy_block(parser, &to, element);
	if (r == 0 && !json_scan_is_over(array, at))
		r = -EBADMSG;
	jsonw_stream_end(&to, ']');
	jsonw_parser_free(parser);
	if (fclose(out) != 0 && r == 0)
		r = -ENOMEM;
	return r;
}

static uint64_t count_elements(struct json_piece array)
{
	struct json_piece element;
	const char *at = NULL;
	uint64_t n = 0;

	while (json_scan_next(array, &at, &element))
		n++;
	return n;
}

/* Cuts the elements out of the array, in place: "[…]" becomes "[]" with spaces in it. */
static void empty_array(struct json_piece array)
{
	if (array.end - array.begin >= 2 && *array.begin == '[')
		memset((char *)(uintptr_t)array.begin + 1, ' ',
		       (size_t)(array.end - array.begin) - 2);
}

int run_file_read(const char *path, struct run_file *ret_run, struct err *e)
{
	cleanup_free char *text = NULL;
	struct run_file run = {0};
	const struct {
		const char *section, *member;
		uint64_t *count; /* of its elements; NULL: they are copied */
	} long_ones[] = {
		{"topology", "blocks", NULL},
		{"plan", "blocks", &run.planned_blocks},
		{"plan", "refused", &run.refused_blocks},
	};
	struct json_piece all, section, array;
	size_t length;
	int r = file_read_all(path, &text, &length, e);

	if (r < 0)
		return r;
	all = (struct json_piece){text, text + length};
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(long_ones); i++) {
		if (!json_scan_member(all, long_ones[i].section, &section) ||
		    !json_scan_member(section, long_ones[i].member, &array))
			continue;
		if (long_ones[i].count)
			*long_ones[i].count = count_elements(array);
		else
			r = copy_blocks(&run, array);
		empty_array(array);
	}
	if (r < 0)
		r = err_set(e, r, "topology.blocks is no list of objects");
	else
		r = jsonw_parse(text, length, &run.document, e);
	if (r == 0 && !jsonw_get_string(jsonw_get(run.document, "run"), "id"))
		r = err_set(e, -EBADMSG, "it has no run.id");
	if (r < 0) {
		run_file_done(&run);
		return err_wrap(e, "'%s' is no run's run.json", path);
	}
	if (!run.blocks) {
		run.blocks = memory_string("[]");
		run.blocks_length = strlen(run.blocks);
	}
	*ret_run = run;
	return 0;
}

void run_file_done(struct run_file *run)
{
	jsonw_free(run->document);
	free(run->blocks);
	*run = (struct run_file){0};
}
