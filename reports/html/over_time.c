// SPDX-License-Identifier: GPL-2.0-or-later
/* Cycles, findings and EAGAIN over the time of the run. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/jsonw.h"
#include "base/memory.h"
#include "reports/html/chart.h"
#include "reports/html/page.h"
#include "reports/html/sections.h"
#include "reports/html/timeline.h"

#define NS_PER_SECOND 1e9

static void word_seconds(double seconds, char *buffer, size_t size)
{
	chart_word_duration(seconds * NS_PER_SECOND, buffer, size);
}

static double begin_of(const struct timeline *t, size_t bin)
{
	return t->seconds * (double)bin / TIMELINE_BINS;
}

/* Findings that are only the kernel's word on a page that would not move. */
static bool is_notice(const char *kind)
{
	static const char *const notices[] = {"migration_failure", "unmovable_page", "memory_failure"};

	for (size_t i = 0; i < ARRAY_SIZE(notices); i++)
		if (strcmp(kind, notices[i]) == 0)
			return true;
	return false;
}

static void put_findings(const struct chart *c, const struct timeline *t)
{
	for (size_t i = 0; i < t->n_findings; i++) {
		const struct timeline_finding *f = &t->findings[i];
		double x = chart_x(c, f->second);

		(void)fprintf(c->out, "<path class=\"%s\" d=\"M%.1f %.1fl5 -9h-10z\"><title>",
			      is_notice(f->kind) ? "notice" : "trouble", x, c->top - 2);
		html_printf(c->out, "%s at %.1f s", f->kind, f->second);
		(void)fputs("</title></path>\n", c->out);
	}
}

static void put_cycles(FILE *out, const struct timeline *t)
{
	struct chart c = {
		.x = {0, t->seconds, false, word_seconds},
		.width = 1060, .height = 220, .left = 56, .right = 12, .top = 24, .bottom = 26,
	};
	cleanup_free char *description = NULL;
	uint64_t most = 0;

	for (size_t i = 0; i < TIMELINE_BINS; i++) {
		const struct timeline_bin *b = &t->bins[i];

		if (b->done + b->failed + b->cut > most)
			most = b->done + b->failed + b->cut;
	}
	/* From five on the ticks are whole numbers. */
	c.y = (struct chart_axis){0, chart_round_up(fmax((double)most, 5)), false, chart_word_number};
	description = memory_format("%" PRIu64 " attempts in %d bins of %.3g s, at most %" PRIu64
				    " in one; %zu findings of the kernel's log",
				    t->cycles, TIMELINE_BINS, t->seconds / TIMELINE_BINS, most,
				    t->n_findings);
	chart_begin(&c, out, "cycles", "Attempts to take a block offline, over time", description);
	for (size_t i = 0; i < TIMELINE_BINS; i++) {
		const struct timeline_bin *b = &t->bins[i];
		double x0 = begin_of(t, i), x1 = begin_of(t, i + 1), done = (double)b->done;
		double failed = done + (double)b->failed, cut = failed + (double)b->cut;

		if (b->done)
			chart_bar(&c, "done", x0, x1, 0, done);
		if (b->failed)
			chart_bar(&c, "failed", x0, x1, done, failed);
		if (b->cut)
			chart_bar(&c, "cut", x0, x1, failed, cut);
	}
	put_findings(&c, t);
	chart_end(&c, "Attempts that ended in each two-hundredth of the run; triangles are findings in "
		      "the kernel's log.");
	(void)fputs("<ul class=\"key\"><li><i class=\"done\"></i>offline</li>"
		    "<li><i class=\"failed\"></i>refused by the kernel (errno)</li>"
		    "<li><i class=\"cut\"></i>ended by the harness</li>"
		    "<li><i class=\"trouble\"></i>lockup or the like</li>"
		    "<li><i class=\"notice\"></i>a page that would not move</li></ul>\n",
		    out);
	if (t->more_findings)
		html_absent(out, "%" PRIu64 " further findings are not drawn.", t->more_findings);
}

static void put_eagain(FILE *out, const struct timeline *t)
{
	struct chart c = {
		.x = {0, t->seconds, false, word_seconds},
		.width = 1060, .height = 180, .left = 56, .right = 12, .top = 12, .bottom = 26,
	};
	double most = 0;

	for (size_t i = 0; i < TIMELINE_BINS; i++)
		if (t->bins[i].attempts)
			most = fmax(most, (double)t->bins[i].eagain / (double)t->bins[i].attempts);
	c.y = (struct chart_axis){0, most > 0 ? fmin(chart_round_up(most), 1) : 0.01, false,
				  chart_word_percent};
	chart_begin(&c, out, "eagain", "EAGAIN per migration attempt, over time",
		    most > 0 ? "A dot for each bin in which pages were tried"
			     : "No EAGAIN in any bin");
	for (size_t i = 0; i < TIMELINE_BINS; i++) {
		const struct timeline_bin *b = &t->bins[i];

		if (b->attempts)
			(void)fprintf(out, "<circle class=\"dot\" r=\"3\" cx=\"%.1f\" cy=\"%.1f\"/>",
				      chart_x(&c, (begin_of(t, i) + begin_of(t, i + 1)) / 2),
				      chart_y(&c, (double)b->eagain / (double)b->attempts));
	}
	(void)fputc('\n', out);
	chart_end(&c, "Of everybody&#39;s migration attempts between two samples, the share that ended in "
		      "EAGAIN.");
}

void section_over_time(FILE *out, const struct jsonw *report, const char *run)
{
	double seconds = jsonw_get_double(jsonw_get(report, "run"), "duration_ns") / NS_PER_SECOND;
	struct timeline *t = memory_alloc(1, sizeof(*t));
	struct err e = {0};

	html_section(out, "time", "Over time");
	if (!run)
		html_absent(out, "Not drawn: this page was made from a report alone. Give the run's "
				 "folder to see its timeline.");
	else if (timeline_read(run, seconds, t, &e) < 0)
		html_absent(out, "Not drawn: %s", e.text);
	if (run && e.code == 0) {
		if (t->missing_seconds > 0)
			html_absent(out, "The first %.0f seconds are not drawn: to keep the journal within its "
					 "limit their records were let go. Every figure counts them.",
				    t->missing_seconds);
		if (t->cycles || t->n_findings)
			put_cycles(out, t);
		else
			html_absent(out, "No attempt to take a block offline, no finding in the log.");
		if (t->has_eagain)
			put_eagain(out, t);
		else
			html_absent(out, "EAGAIN was not measured over time.");
	}
	html_section_end(out);
	free(t);
}
