// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/soak.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/jsonw.h"
#include "base/log.h"
#include "base/terminal.h"
#include "reports/report.h"
#include "service/notify.h"
#include "service/open_runs.h"
#include "service/priority.h"
#include "service/run.h"

#define FOLD_TIME_NS (300 * NS_PER_S)

static void tell_end(const struct run *run, const struct report *report)
{
	const struct jsonw *verdict = jsonw_get(report_document(report), "verdict");
	const struct milestone_fields fields = {
		.run_id = run->id,
		.profile = run->profile.name,
		.directory = run->directory,
		.verdict = jsonw_get_string(verdict, "result"),
		.block = -1,
	};

	notify_status(fields.verdict);
	notify_milestone(MILESTONE_RUN_END, &fields, "run %s has ended: %s", run->id,
			 fields.verdict);
}

static const struct jsonw *first_of(const struct jsonw *array)
{
	return jsonw_length(array) > 0 ? jsonw_at(array, 0) : NULL;
}

/* The judge's words where the scenario decides, else the first rule's. */
static const char *why_of(const struct jsonw *document)
{
	const struct jsonw *verdict = jsonw_get(document, "verdict");
	const struct jsonw *scenario = first_of(jsonw_get(document, "scenarios"));
	const char *result = jsonw_get_string(verdict, "result");
	const char *judged = jsonw_get_string(scenario, "verdict");
	const char *why = jsonw_get_string(scenario, "why");

	if (result && judged && why && strcmp(result, judged) == 0)
		return why;
	why = jsonw_as_string(first_of(jsonw_get(verdict, "why")));
	return why ? why : "";
}

static void take_outcome(const struct report *report, struct soak_outcome *outcome)
{
	const struct jsonw *document = report_document(report);
	const char *result = jsonw_get_string(jsonw_get(document, "verdict"), "result");

	(void)snprintf(outcome->result, sizeof(outcome->result), "%s", result ? result : "error");
	(void)snprintf(outcome->why, sizeof(outcome->why), "%s", why_of(document));
	outcome->exit = (enum exit_code)report_exit(report);
}

/* Folds the run, prints the summary. False: there is no report. */
static bool report_run(const struct run *run, size_t n_left, struct soak_outcome *outcome)
{
	struct report *report = NULL;
	struct err e = {0};

	notify_more_time(FOLD_TIME_NS);
	if (report_fold_run(run->directory, &report, &e) < 0 ||
	    report_write(run->directory, report, &e) < 0) {
		log_error("%s: the record is in '%s', \"memsoak report\" folds it again", e.text,
			  run->directory);
		(void)snprintf(outcome->result, sizeof(outcome->result), "error");
		(void)snprintf(outcome->why, sizeof(outcome->why), "%s", e.text);
		outcome->exit = n_left ? EXIT_ABORTED_MEMORY_OFFLINE : EXIT_CANNOT_JUDGE;
		report_free(report);
		return false;
	}
	take_outcome(report, outcome);
	tell_end(run, report);
	report_print(report, stdout, terminal_has_colours(STDOUT_FILENO));
	(void)printf("report: %s/report.json\n", run->directory);
	(void)fflush(stdout);
	report_free(report);
	return true;
}

/* The first moment at which the run is sure to do what it is for. */
static void tell_start(const struct run *run)
{
	const struct milestone_fields fields = {
		.run_id = run->id,
		.profile = run->profile.name,
		.directory = run->directory,
		.block = -1,
	};

	notify_ready("probes armed, plan accepted");
	notify_milestone(MILESTONE_RUN_START, &fields, "run %s begins: its record is %s", run->id,
			 run->directory);
}

static void refuse(int code, const struct err *e, struct soak_outcome *outcome)
{
	static const char *const results[] = {
		[EXIT_USAGE] = "usage", [EXIT_CANNOT_JUDGE] = "error", [EXIT_SKIP] = "skip"};

	log_error("%s", e->text);
	/* A service that ends before it is ready has failed, whatever its status: a skip has not.
	 */
	if (code == EXIT_SKIP)
		notify_ready(e->text);
	else
		notify_status(e->text);
	outcome->exit = (enum exit_code)code;
	(void)snprintf(outcome->result, sizeof(outcome->result), "%s", results[code]);
	(void)snprintf(outcome->why, sizeof(outcome->why), "%s", e->text);
}

void soak(const struct run_options *options, struct soak_outcome *ret_outcome)
{
	struct run run = {
		.options = *options,
		.lock_fd = -1,
		.epoll_fd = -1,
		.signal_fd = -1,
		.timer_fd = -1,
		.fs.root_fd = -1,
		.figures_lock = PTHREAD_MUTEX_INITIALIZER,
	};
	struct err e = {0};
	int code = run_set_up(&run, &e);

	*ret_outcome = (struct soak_outcome){.exit = EXIT_PASS};
	if (code != EXIT_PASS) {
		refuse(code, &e, ret_outcome);
	} else {
		tell_start(&run);
		priority_raise();
		run_phases(&run);
	}
	if (run.recorder) {
		size_t n_left = run_finish(&run);
		bool is_closed;

		(void)snprintf(ret_outcome->directory, sizeof(ret_outcome->directory), "%s",
			       run.directory);
		is_closed = code != EXIT_PASS || report_run(&run, n_left, ret_outcome);
		/* Killed before that, or without room for a report: "memsoak recover" makes it. */
		if (run.is_all_back && is_closed)
			open_runs_remove(run.id);
	}
	run_done(&run);
}
