// SPDX-License-Identifier: GPL-2.0-or-later
/* How long things took: histograms on log scales, with percentiles. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/hist_json.h"
#include "base/jsonw.h"
#include "base/memory.h"
#include "base/units.h"
#include "reports/html/chart.h"
#include "reports/html/page.h"
#include "reports/html/sections.h"

#define BINS_A_DECADE 10
#define DECADES 13 /* 1 ns to 10000 s */
#define N_BINS (BINS_A_DECADE * DECADES)

static const struct quantile {
	const char *name;
	double share;
} quantiles[] = {{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p99.9", 0.999}};

/* Owned by the caller; NULL: nothing was measured. */
static struct hist *read_histogram(const struct jsonw *latency)
{
	struct hist *h;

	if (jsonw_get_uint(latency, "count") == 0 || jsonw_length(jsonw_get(latency, "buckets")) == 0)
		return NULL;
	h = memory_alloc(1, sizeof(*h));
	hist_add_json(h, latency);
	h->max_ns = jsonw_get_uint(latency, "max_ns");
	return h;
}

static void put_percentiles(FILE *out, const char *title, const struct hist *h)
{
	static const char *const heads[] = {"measured", "p50", "p90", "p99", "p99.9", "greatest"};
	char word[48];

	html_table(out, title, heads, ARRAY_SIZE(heads));
	(void)fprintf(out, "<tr><td class=\"number\">%" PRIu64 "</td>", h->count);
	for (size_t i = 0; i < ARRAY_SIZE(quantiles); i++) {
		units_format_duration(hist_quantile_ns(h, quantiles[i].share), word, sizeof(word));
		html_cell(out, word);
	}
	units_format_duration(h->max_ns, word, sizeof(word));
	html_cell(out, word);
	html_table_row_end(out);
	html_table_end(out);
}

static size_t bin_of(uint64_t ns)
{
	double place = ns > 0 ? log10((double)ns) * BINS_A_DECADE : 0;

	return place < N_BINS ? (size_t)place : N_BINS - 1;
}

static double edge_of(size_t bin)
{
	return pow(10, (double)bin / BINS_A_DECADE);
}

static void put_histogram(FILE *out, const char *id, const char *title, const struct hist *h)
{
	struct chart c = {
		.width = 1060, .height = 210, .left = 56, .right = 12, .top = 16, .bottom = 26,
	};
	uint64_t bins[N_BINS] = {0}, most = 1;
	size_t first = N_BINS, last = 0;

	for (uint32_t i = 0; i < HIST_BUCKETS; i++) {
		size_t bin = h->buckets[i] ? bin_of(hist_bucket_upper_ns(i)) : 0;

		if (!h->buckets[i])
			continue;
		bins[bin] += h->buckets[i];
		most = bins[bin] > most ? bins[bin] : most;
		first = bin < first ? bin : first;
		last = bin > last ? bin : last;
	}
	if (first > last)
		return;
	first -= first % BINS_A_DECADE; /* whole decades */
	last += BINS_A_DECADE - last % BINS_A_DECADE;
	c.x = (struct chart_axis){edge_of(first), edge_of(last), true, chart_word_duration};
	/* From a half, so that a bin with one in it has a height. */
	c.y = (struct chart_axis){0.5, pow(10, ceil(log10((double)most + 0.5) + 1e-9)), true,
				  chart_word_number};
	chart_begin(&c, out, id, title, "The percentiles are in the table below");
	for (size_t i = first; i < last; i++)
		if (bins[i])
			chart_bar(&c, "bar", edge_of(i), edge_of(i + 1), 0, (double)bins[i]);
	(void)fputc('\n', out);
	for (size_t i = 0; i < ARRAY_SIZE(quantiles); i++)
		chart_mark(&c, (double)hist_quantile_ns(h, quantiles[i].share), quantiles[i].name,
			   (int)i);
	chart_end(&c, "Ten bars a decade; both scales are logarithmic.");
}

/* @id and @title are our own words, but for a worker's name in the title, which is escaped before. */
static void put_latency(FILE *out, const char *id, const char *title, const struct jsonw *latency)
{
	struct hist *h = read_histogram(latency);

	(void)fprintf(out, "<h3>%s</h3>\n", title);
	if (h) {
		put_histogram(out, id, title, h);
		put_percentiles(out, title, h);
	} else {
		html_absent(out, "Nothing was measured.");
	}
	free(h);
}

/* A title with a name from the profile in it, escaped. Owned by the caller. */
static char *escaped_title(const char *before, const char *name)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return memory_string(before);
	(void)fputs(before, out);
	html_text_cut(out, name, 80);
	(void)fclose(out);
	return text;
}

void section_latency(FILE *out, const struct jsonw *report)
{
	const struct jsonw *offline = jsonw_get(report, "offline");
	const struct jsonw *workers = jsonw_get(report, "workers");

	html_section(out, "latency", "How long things took");
	put_latency(out, "lat-offline", "Until a block was offline", jsonw_get(offline, "latency"));
	if (jsonw_has(offline, "time_to_return"))
		put_latency(out, "lat-return", "From the first cancel signal until the write returned",
			    jsonw_get(offline, "time_to_return"));
	put_latency(out, "lat-move", "A call of move_pages()",
		    jsonw_get(jsonw_get(report, "move_pages"), "latency"));
	for (size_t i = 0; i < jsonw_length(workers); i++) {
		const struct jsonw *w = jsonw_at(workers, i);
		cleanup_free char *id = memory_format("lat-worker-%zu", i);
		cleanup_free char *title = escaped_title("A slow touch (over 2 us) by the workers ",
							 jsonw_get_string(w, "name"));

		put_latency(out, id, title, jsonw_get(w, "latency"));
	}
	html_section_end(out);
}
