// SPDX-License-Identifier: GPL-2.0-or-later
/* Which kernel and host it was, what the kernel is known by, and how the harness itself fared. */
#include <inttypes.h>

#include "base/cleanup.h"
#include "base/jsonw.h"
#include "reports/html/page.h"
#include "reports/html/sections.h"
#include "reports/report_parts.h"

#define SETTINGS_MAX 100

static void put_words(FILE *out, const struct jsonw *list)
{
	for (size_t i = 0; i < jsonw_length(list); i++) {
		(void)fputs(i ? "; " : "", out);
		html_text(out, jsonw_as_string(jsonw_at(list, i)));
	}
}

static int put_fix(void *context, const char *name, struct jsonw *fix)
{
	FILE *out = context;

	html_cell_head(out, name);
	html_cell(out, jsonw_get_string(fix, "answer"));
	(void)fputs("<td>", out);
	put_words(out, jsonw_get(fix, "evidence"));
	(void)fputs("</td>", out);
	html_table_row_end(out);
	return 0;
}

static void put_fingerprint(FILE *out, const struct jsonw *fingerprint)
{
	static const char *const heads[] = {"what", "answer", "evidence"};
	const struct jsonw *behaviour = jsonw_get(fingerprint, "behaviour");
	const char *generation = jsonw_get_string(fingerprint, "generation");

	(void)fputs("<h3>What the kernel is known by</h3>\n", out);
	if (!fingerprint) {
		html_absent(out, "Its symbols were not read.");
		return;
	}
	html_rows(out);
	html_row_begin(out, "waits, by symbols");
	html_printf(out, "generation %s: ", generation ? generation : "unknown");
	put_words(out, jsonw_get(fingerprint, "evidence"));
	html_row_end(out);
	if (behaviour) {
		html_row_begin(out, "waits, by behaviour");
		html_text(out, jsonw_get_string(behaviour, "generation"));
		html_text(out, ": ");
		html_text(out, jsonw_get_string(behaviour, "why"));
		if (jsonw_has(behaviour, "disagreement")) {
			(void)fputs(" <strong>", out);
			html_text(out, jsonw_get_string(behaviour, "disagreement"));
			(void)fputs("</strong>", out);
		}
		html_row_end(out);
	}
	html_rows_end(out);
	if (!jsonw_has(fingerprint, "fixes"))
		return;
	html_table(out, "Fixes, by symbols", heads, ARRAY_SIZE(heads));
	(void)jsonw_each(jsonw_get(fingerprint, "fixes"), put_fix, out);
	html_table_end(out);
}

static int put_option(void *context, const char *name, struct jsonw *value)
{
	FILE *out = context;

	html_printf(out, "%s=%s ", name, jsonw_as_string(value) ? jsonw_as_string(value) : "?");
	return 0;
}

static void put_kernel(FILE *out, const struct jsonw *kernel)
{
	html_rows(out);
	html_row_begin(out, "kernel");
	html_text(out, jsonw_get_string(kernel, "release"));
	(void)fputs(" ", out);
	html_text(out, jsonw_get_string(kernel, "version"));
	html_row_end(out);
	html_row_begin(out, "command line");
	(void)fputs("<code>", out);
	html_text(out, jsonw_get_string(kernel, "cmdline"));
	(void)fputs("</code>", out);
	html_row_end(out);
	html_row_begin(out, "options");
	(void)fputs("<code>", out);
	(void)jsonw_each(jsonw_get(kernel, "config"), put_option, out);
	(void)fputs("</code>", out);
	html_row_end(out);
	html_row_begin(out, "taint");
	html_printf(out, "%" PRIu64 " before", jsonw_get_uint(kernel, "taint_before"));
	if (jsonw_has(kernel, "taint_after"))
		html_printf(out, ", %" PRIu64 " after", jsonw_get_uint(kernel, "taint_after"));
	html_row_end(out);
	html_rows_end(out);
}

static void put_host(FILE *out, const struct jsonw *host)
{
	html_rows(out);
	html_row_begin(out, "host");
	html_text(out, jsonw_get_string(host, "hostname"));
	(void)fputs(", ", out);
	html_text(out, jsonw_get_string(host, "architecture"));
	html_printf(out, ", %" PRIu64 " CPUs, ", jsonw_get_uint(host, "cpus"));
	html_text(out, jsonw_get_string(host, "cpu_model"));
	html_row_end(out);
	html_row_bytes(out, "memory", host, "memory_bytes");
	html_row_bytes(out, "page", host, "page_size_bytes");
	html_rows_end(out);
}

static void put_nodes(FILE *out, const struct jsonw *topology)
{
	static const char *const heads[] = {"node", "CPUs", "memory", "free at the start", "blocks",
					    "Movable"};
	const struct jsonw *nodes = jsonw_get(topology, "nodes");
	char word[48];

	if (jsonw_length(nodes) == 0)
		return;
	html_table(out, "Nodes", heads, ARRAY_SIZE(heads));
	for (size_t i = 0; i < jsonw_length(nodes); i++) {
		const struct jsonw *node = jsonw_at(nodes, i);
		const char *cpus = jsonw_get_string(node, "cpus");

		(void)snprintf(word, sizeof(word), "%" PRIu64, jsonw_get_uint(node, "id"));
		html_cell_head(out, word);
		html_cell(out, cpus && *cpus ? cpus : "none");
		html_cell_bytes(out, node, "bytes");
		html_cell_bytes(out, node, "free_bytes");
		html_cell_measured(out, node, "blocks");
		html_cell_measured(out, node, "movable_blocks");
		html_table_row_end(out);
	}
	html_table_end(out);
}

void section_environment(FILE *out, const struct jsonw *report)
{
	html_section(out, "environment", "Where it ran");
	put_kernel(out, jsonw_get(report, "kernel"));
	put_host(out, jsonw_get(report, "host"));
	put_nodes(out, jsonw_get(report, "topology"));
	put_fingerprint(out, jsonw_get(jsonw_get(report, "kernel"), "fingerprint"));
	html_section_end(out);
}

static void put_settings(FILE *out, const struct jsonw *settings)
{
	static const char *const heads[] = {"setting", "was", "became"};
	size_t n = jsonw_length(settings);

	if (n == 0)
		return;
	html_table(out, "Settings that the run changed", heads, ARRAY_SIZE(heads));
	for (size_t i = 0; i < n && i < SETTINGS_MAX; i++) {
		const struct jsonw *s = jsonw_at(settings, i);

		html_cell_head(out, jsonw_get_string(s, "path"));
		html_cell(out, jsonw_get_string(s, "old"));
		html_cell(out, jsonw_get_string(s, "new"));
		html_table_row_end(out);
	}
	html_table_end(out);
}

static void put_unmeasured(FILE *out, const struct jsonw *list)
{
	static const char *const heads[] = {"figure", "why it is not there"};

	(void)fputs("<h3>Not measured</h3>\n", out);
	if (jsonw_length(list) == 0) {
		(void)fputs("<p>Nothing is missing.</p>\n", out);
		return;
	}
	html_table(out, "Figures that could not be had: they are absent, not 0", heads,
		   ARRAY_SIZE(heads));
	for (size_t i = 0; i < jsonw_length(list); i++) {
		html_cell_head(out, jsonw_get_string(jsonw_at(list, i), "path"));
		html_cell(out, jsonw_get_string(jsonw_at(list, i), "why"));
		html_table_row_end(out);
	}
	html_table_end(out);
}

static uint64_t changed(const struct jsonw *changes, const char *key)
{
	return jsonw_get_uint(jsonw_get(changes, key), "count");
}

static void put_hotplug(FILE *out, const struct jsonw *changes)
{
	if (!changes)
		return;
	html_row(out, "hotplug",
		 "while the run went on %" PRIu64 " blocks came and %" PRIu64 " went, %" PRIu64
		 " nodes came and %" PRIu64 " went",
		 changed(changes, "blocks_came"), changed(changes, "blocks_went"),
		 changed(changes, "nodes_came"), changed(changes, "nodes_went"));
}

void section_harness(FILE *out, const struct jsonw *report)
{
	const struct jsonw *harness = jsonw_get(report, "harness");
	const struct jsonw *faults = jsonw_get(harness, "faults");
	const struct jsonw *journal = jsonw_get(harness, "journal");
	char memory[REPORT_SENTENCE_SIZE];

	html_section(out, "harness", "The harness itself");
	html_rows(out);
	report_say_memory(report, memory, sizeof(memory));
	html_row(out, "memory", "%s", memory);
	put_hotplug(out, jsonw_get(jsonw_get(report, "topology"), "changes"));
	html_row(out, "settings", "%s", report_say_settings(report));
	html_row_bytes(out, "its own memory", jsonw_get(harness, "overhead"), "rss_max_bytes");
	html_row(out, "journal", "%" PRIu64 " records, %" PRIu64 " corrupt, %" PRIu64 " gaps%s",
		 jsonw_get_uint(journal, "records"), jsonw_get_uint(journal, "corrupt"),
		 jsonw_get_uint(journal, "gaps"), jsonw_get_bool(journal, "torn") ? ", its end torn" : "");
	if (jsonw_has(journal, "files"))
		html_row(out, "", "in %" PRIu64 " files, one after the other; %" PRIu64
				  " records are in none of them any more, and every figure counts them",
			 jsonw_get_uint(journal, "files"), jsonw_get_uint(journal, "dropped"));
	for (size_t i = 0; i < jsonw_length(faults); i++) {
		html_row_begin(out, "fault");
		html_text(out, jsonw_get_string(jsonw_at(faults, i), "what"));
		(void)fprintf(out, " (%" PRIu64 " times)", jsonw_get_uint(jsonw_at(faults, i), "count"));
		html_row_end(out);
	}
	html_rows_end(out);
	put_settings(out, jsonw_get(harness, "settings_changed"));
	put_unmeasured(out, jsonw_get(report, "unmeasured"));
	html_section_end(out);
}
