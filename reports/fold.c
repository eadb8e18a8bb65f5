// SPDX-License-Identifier: GPL-2.0-or-later
/* run.json + events.jsonl -> report, in one pass over the journal. */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/jsonw.h"
#include "base/memory.h"
#include "reports/fold.h"
#include "reports/report.h"
#include "reports/report_parts.h"
#include "reports/run_folder.h"
#include "reports/scenarios/scenarios.h"

/* Which events there are, and whose they are; the frequent ones first. */
static const struct {
	const char *name;
	void (*take)(struct fold *f, struct journal_value object); /* NULL: only "unfinished" needs it */
	bool is_of_a_running_run; /* no such record comes from a later "memsoak restore" */
} events[] = {
	{"intent", fold_take_intent, false},
	{"offline", fold_take_offline, true},
	{"online", fold_take_online, false},
	{"aimed", fold_take_aimed, true},
	{"sample", fold_take_sample, true},
	{"move", fold_take_move, true},
	{"called", fold_take_called, true},
	{"soft_offline_intent", fold_take_soft_offline_intent, true},
	{"soft_offline", fold_take_soft_offline, true},
	{"unpoison", fold_take_unpoison, false},
	{"poison_start", fold_take_poison_start, true},
	{"poison_end", fold_take_poison_end, false},
	{"prepared", NULL, false},
	{"prepared_undone", NULL, false},
	{"refused", fold_take_refused, true},
	{"unavailable", fold_take_unavailable, true},
	{"holders", fold_take_holders, true},
	{"finding", fold_take_finding, true},
	{"stuck", fold_take_stuck, true},
	{"fault", fold_take_fault, false},
	{"phase", fold_take_phase, true},
	{"phase_end", fold_take_phase_end, true},
	{"clock", fold_take_clock, true},
	{"settled", fold_take_settled, true},
	{"topology_change", fold_take_topology_change, true},
	{"kmsg_lost", fold_take_kmsg_lost, true},
	{"kmsg_dropped", fold_take_kmsg_dropped, true},
	{"witnesses", fold_take_witnesses, true},
	{"stress_ng_start", fold_take_stress_ng_start, true},
	{"stress_ng_end", fold_take_stress_ng_end, true},
	{"worker_exit", fold_take_worker_exit, true},
	{"not_ended", fold_take_not_ended, true},
	{"setting", fold_take_setting, true},
	{"setting_restored", fold_take_setting_restored, false},
	{"restore", fold_take_restore, false},
	{"reload", NULL, true},
	{"crash", NULL, false},
	{"start", fold_take_start, true},
	{"causes", fold_take_causes, true},
	{"end", fold_take_end, true},
};

void fold_take_event(struct fold *f, const struct journal *j, const struct journal_event *event)
{
	uint64_t boots = f->before.boots + journal_figures(j)->boots - (f->before.files > 0);
	bool is_first_boot = boots <= 1;
	size_t i = 0;

	if (journal_event_is(event, JOURNAL_TOTALS)) {
		fold_take_totals(f, event->object);
		journal_unfinished_take(&f->unfinished, event);
		return;
	}
	while (i < ARRAY_SIZE(events) && !journal_event_is(event, events[i].name))
		i++;
	if (i == ARRAY_SIZE(events)) {
		f->n_events_unknown++;
		return;
	}
	if (events[i].take)
		events[i].take(f, event->object);
	if (is_first_boot && f->first_t_ns == 0)
		f->first_t_ns = event->t_ns;
	if (is_first_boot && events[i].is_of_a_running_run && event->t_ns > f->last_t_ns)
		f->last_t_ns = event->t_ns;
	journal_unfinished_take(&f->unfinished, event);
}

static int read_journal(struct fold *f, const char *path, struct err *e)
{
	struct journal_event event;
	struct journal *j = NULL;
	int r = journal_open(path, &j, e);

	if (r < 0)
		return r;
	while ((r = journal_next(j, &event, e)) > 0)
		fold_take_event(f, j, &event);
	fold_look_at_journal(f, j);
	if (f->last_t_ns < f->first_t_ns)
		f->last_t_ns = f->first_t_ns;
	journal_close(j);
	return r;
}

void fold_forget(struct fold *f)
{
	journal_unfinished_done(&f->unfinished);
	fold_offline_done(&f->offline);
	tally_done(&f->move.by_status);
	tally_done(&f->veto.by_errno);
	fold_callers_done(f);
	fold_soft_offline_done(&f->soft_offline);
	tally_done(&f->vmstat.differences);
	tally_done(&f->findings_by_kind);
	text_tally_done(&f->faults);
	free(f->groups);
	free(f->phases);
	fold_findings_done(f);
	fold_stuck_done(f);
	jsonw_free(f->settings);
	jsonw_free(f->holders);
	jsonw_free(f->witnesses);
	jsonw_free(f->settled);
	jsonw_free(f->topology_changes);
}

static void fold_done(struct fold *f)
{
	run_file_done(&f->run);
	guest_end_done(&f->guest_end);
	fold_forget(f);
	jsonw_free(f->unmeasured);
	free(f);
}

/* What the profile says the run is to prove; there is nothing to judge before its end. */
static void judge_scenario(const struct fold *f, struct jsonw *document,
			   struct verdict_facts *facts, struct scenario_result *scenario)
{
	const char *name = jsonw_get_string(jsonw_get(f->run.document, "plan"), "scenario");

	if (!name || !tally_is_name(name) || f->is_live)
		return;
	jsonw_set(document, "scenarios", scenarios_judge(name, document, facts, scenario));
	facts->scenario = name;
	facts->scenario_result = scenario->verdict;
	facts->scenario_why = scenario->why;
}

static struct report *make_report(struct fold *f)
{
	struct report *report = memory_alloc(1, sizeof(*report));
	struct scenario_result scenario;
	struct verdict_facts facts;
	struct verdict verdict;
	struct jsonw *section;

	report->document = fold_describe(f);
	report->offline_blocks = fold_offline_blocks(f, &report->offline_blocks_length);
	report->topology_blocks = steal_ptr(&f->run.blocks);
	report->topology_blocks_length = f->run.blocks_length;
	fold_verdict_facts(f, &facts);
	judge_scenario(f, report->document, &facts, &scenario);
	verdict_judge(&facts, &verdict);
	section = jsonw_get(report->document, "verdict");
	jsonw_set_string(section, "result", verdict_name(verdict.result));
	jsonw_set_int(section, "exit", verdict.exit);
	jsonw_set(section, "why", verdict.why);
	return report;
}

static int fold_folder(const char *directory, bool is_live, struct report **ret_report,
		       struct err *e)
{
	cleanup_free char *run = memory_format("%s/run.json", directory);
	cleanup_free char *journal = memory_format("%s/events.jsonl", directory);
	struct fold *f = memory_alloc(1, sizeof(*f));
	int r;

	f->is_live = is_live;
	f->unmeasured = jsonw_array();
	r = run_folder_check(directory, e);
	if (r == 0)
		r = run_file_read(run, &f->run, e);
	if (r == 0)
		r = read_journal(f, journal, e);
	if (r == 0)
		fold_count_dropped(f, directory);
	guest_end_read(directory, &f->guest_end);
	fold_take_console(f);
	/* A run that has ended is not going on, whatever the caller believes. */
	f->is_live = is_live && f->ended[0] == '\0';
	if (r == 0)
		*ret_report = make_report(f);
	fold_done(f);
	return r;
}

int report_fold_run(const char *directory, struct report **ret_report, struct err *e)
{
	return fold_folder(directory, false, ret_report, e);
}

int report_fold_live(const char *directory, struct report **ret_report, struct err *e)
{
	return fold_folder(directory, true, ret_report, e);
}
