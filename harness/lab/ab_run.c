// SPDX-License-Identifier: GPL-2.0-or-later
/* Boot after boot: each a fresh guest, with a folder of its own. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/jsonw.h"
#include "base/memory.h"
#include "lab/ab.h"
#include "lab/boot.h"
#include "lab/paths.h"
#include "lab/run_options.h"
#include "lab/say.h"
#include "lab/share.h"

/* A boot that fails is tried so often again; then it counts as it is. */
#define REPEATS_MAX 1

/* The report goes to where it is looked for, beside what the guest said. Owned by the caller. */
static struct jsonw *keep_report(const char *folder)
{
	cleanup_free char *run = memory_format("%s/" SHARE_RUN "/report.json", folder);
	cleanup_free char *kept = memory_format("%s/report.json", folder);
	struct jsonw *document = NULL;

	if (link(run, kept) < 0 || jsonw_parse_file(kept, &document, NULL) < 0)
		return NULL;
	return document;
}

static void note(struct ab_boot *b, const struct boot *boot, const struct jsonw *document)
{
	cleanup_free char *wrong = ab_what_is_wrong(document);

	free(b->why);
	b->ended = guest_ended_name(boot->end.ended);
	b->exit_code = boot->end.exit_code;
	b->seconds = (double)boot->end.total_ns / (double)NS_PER_S;
	b->is_counted = !wrong;
	/* What became of the guest is the reason for what its report lacks. */
	b->why = boot->end.why ? memory_string(boot->end.why) : steal_ptr(&wrong);
}

static bool has_failed(const struct ab_boot *b, const struct boot *boot)
{
	if (!b->is_counted)
		return true;
	return boot->end.ended != GUEST_EXIT &&
	       !(boot->end.ended == GUEST_TIMEOUT && b->rung->takes_killed);
}

/* Returns 1 for a boot that failed, 0, 128 + signal, or a negative errno. */
static int boot_once(const struct ab *ab, struct ab_boot *b, struct err *e)
{
	cleanup_free char *folder = ab_boot_folder(ab, b);
	cleanup_free char *log = memory_format("%s/output.log", folder);
	cleanup_close int out = -1;
	struct jsonw *report;
	struct run_options o;
	struct boot boot;
	int r;

	run_options_init(&o);
	o.kernel = ab_kernel(ab, b->side);
	o.profile = b->rung->profile;
	o.share = folder;
	o.accel = ab->accel;
	o.cpus = b->rung->cpus;
	o.timeout_ns = b->rung->timeout_ns;
	o.quiet = true;
	r = file_make_directories(folder, e);
	if (r < 0)
		return r;
	out = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (out < 0)
		return err_errno(e, -errno, "cannot write %s", log);
	r = boot_guest(&o, ab->paths, out, &boot, e);
	if (r < 0)
		return r;
	report = keep_report(folder);
	note(b, &boot, report);
	jsonw_free(report);
	if (boot.end.ended == GUEST_INTERRUPTED)
		r = boot.end.exit_code;
	else
		r = has_failed(b, &boot);
	boot_done(&boot);
	return r;
}

/* What a boot that has failed left is kept; the next one gets the place. */
static int put_aside(const struct ab *ab, const struct ab_boot *b, struct err *e)
{
	cleanup_free char *folder = ab_boot_folder(ab, b);
	cleanup_free char *aside = memory_format("%s.failed", folder);

	say("boot %llu of %s failed, it is kept as %s and repeated: %s",
	    (unsigned long long)b->number, ab_side_name(b->side), aside,
	    b->why);
	return rename(folder, aside) < 0 ? err_errno(e, -errno, "cannot rename %s", folder) : 0;
}

static char *figures_of(const struct ab *ab, const struct ab_boot *b)
{
	cleanup_free char *folder = ab_boot_folder(ab, b);
	cleanup_free char *path = memory_format("%s/report.json", folder);
	struct jsonw *document = NULL;
	const struct jsonw *move, *offline;
	char *text;

	if (jsonw_parse_file(path, &document, NULL) < 0)
		return memory_string("no report");
	move = jsonw_get(jsonw_get(jsonw_get(document, "migration"), "by_driver"), "move_pages");
	offline = jsonw_get(document, "offline");
	if (jsonw_get_uint(move, "attempts"))
		text = memory_format("EAGAIN %llu of %llu attempts",
				     (unsigned long long)jsonw_get_uint(move, "eagain"),
				     (unsigned long long)jsonw_get_uint(move, "attempts"));
	else
		text = memory_format("offline %llu of %llu",
				     (unsigned long long)jsonw_get_uint(offline, "succeeded"),
				     (unsigned long long)jsonw_get_uint(offline, "attempts"));
	jsonw_free(document);
	return text;
}

static void tell_boot(const struct ab *ab, const struct ab_boot *b)
{
	cleanup_free char *figures = figures_of(ab, b);

	say("%zu/%zu %s %llu (%s): %s, %s, %.1f s", ab->n_boots, ab->n_planned, ab_side_name(b->side),
	    (unsigned long long)b->number, ab_kernel(ab, b->side), figures,
	    b->why ? b->why : "ended by itself", b->seconds);
}

static int run_boot(struct ab *ab, struct ab_boot *b, struct err *e)
{
	int r = boot_once(ab, b, e);

	while (r == 1 && b->repeats < REPEATS_MAX) {
		r = put_aside(ab, b, e);
		if (r < 0)
			return r;
		b->repeats++;
		r = boot_once(ab, b, e);
	}
	return r == 1 ? 0 : r;
}

int ab_run_rung(struct ab *ab, struct ab_rung *rung, struct err *e)
{
	uint64_t numbers[AB_SIDES] = {0};
	int r = 0;

	for (uint64_t i = 0; i < 2 * rung->a_side && r == 0; i++) {
		struct ab_boot *b = &ab->boots[ab->n_boots++];
		enum ab_side side = rung->is_test[i] ? AB_TEST : AB_BASE;

		*b = (struct ab_boot){
			.rung = rung, .side = side, .number = ++numbers[side], .position = i + 1};
		r = run_boot(ab, b, e);
		if (r == 0)
			tell_boot(ab, b);
		if (r >= 0) {
			int recorded = ab_record_boots(ab, e);

			r = recorded < 0 ? recorded : r;
		}
	}
	return r;
}
