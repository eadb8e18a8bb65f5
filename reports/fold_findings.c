// SPDX-License-Identifier: GPL-2.0-or-later
/* lockups, and what went wrong with the harness itself. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/jsonw.h"
#include "base/memory.h"
#include "reports/fold.h"

/* What a lockup's kind may be: the report's schema has the same list. */
static const char *known_kind(const char *kind)
{
	static const char *const kinds[] = {
		"soft_lockup",	 "hard_lockup",	     "rcu_stall",	"hung_task",
		"workqueue_lockup", "spinlock_lockup", "kernel_bug",	"oops",
		"bad_page",	 "list_corruption",  "kasan",		"kcsan",
		"kmsan",	 "ubsan",	     "lockdep",		"atomic_sleep",
		"warning",	 "panic",	     "oom_kill",	"memory_leak",
		"migration_failure", "unmovable_page", "memory_failure",
	};

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (strcmp(kinds[i], kind) == 0)
			return kinds[i];
	return "other";
}

static struct fold_finding *same_finding(struct fold *f, const struct fold_finding *new)
{
	for (size_t i = 0; i < f->n_findings; i++) {
		struct fold_finding *old = &f->findings[i];

		if (old->pid == new->pid && old->cpu.is_known == new->cpu.is_known &&
		    old->cpu.value == new->cpu.value && old->kind == new->kind &&
		    strcmp(old->comm, new->comm) == 0)
			return old;
	}
	return NULL;
}

void fold_take_finding(struct fold *f, struct journal_value o)
{
	struct fold_finding new = {.count = 1}, *old;
	char kind[32] = "";

	(void)journal_string(o, "kind", kind, sizeof(kind));
	new.kind = known_kind(kind);
	(void)journal_string(o, "comm", new.comm, sizeof(new.comm));
	(void)journal_string(o, "text", new.text, sizeof(new.text));
	(void)journal_int(o, "pid", &new.pid);
	(void)journal_uint(o, "seconds", &new.seconds);
	fold_known(o, "cpu", &new.cpu);
	fold_known(o, "time_ns", &new.time_ns);
	tally_add(&f->findings_by_kind, new.kind, 0, 1);
	old = same_finding(f, &new);
	if (old) {
		old->count++;
		if (new.seconds > old->seconds)
			old->seconds = new.seconds;
		return;
	}
	if (f->n_findings == FOLD_MAX_FINDINGS) {
		f->findings_unlisted++;
		return;
	}
	f->findings = memory_grow(f->findings, f->n_findings + 1, sizeof(*f->findings));
	f->findings[f->n_findings++] = new;
}

void fold_take_fault(struct fold *f, struct journal_value o)
{
	char what[FOLD_TEXT_SIZE];

	if (!journal_string(o, "what", what, sizeof(what)))
		(void)snprintf(what, sizeof(what), "a fault without a reason");
	fold_fault(f, "%s", what);
}

void fold_take_kmsg_lost(struct fold *f, struct journal_value o)
{
	fold_sum(o, "records", &f->kmsg_lost_told);
}

void fold_take_worker_exit(struct fold *f, struct journal_value o)
{
	char group[FOLD_NAME_SIZE] = "?";
	int64_t number = 0;

	(void)journal_string(o, "group", group, sizeof(group));
	if (journal_int(o, "signal", &number)) {
		fold_fault(f, "a worker of group '%s' was ended by signal %" PRId64, group, number);
		return;
	}
	(void)journal_int(o, "status", &number);
	fold_fault(f, "a worker of group '%s' ended too early with status %" PRId64, group, number);
}

static void set_string(struct jsonw *object, const char *key, struct journal_value o,
		       const char *from)
{
	char text[FOLD_TEXT_SIZE];

	if (journal_string(o, from, text, sizeof(text)))
		jsonw_set_string(object, key, text);
}

void fold_take_setting(struct fold *f, struct journal_value o)
{
	struct jsonw *setting;

	if (!f->settings)
		f->settings = jsonw_array();
	if (!journal_is_there(journal_get(o, "path")) || jsonw_length(f->settings) == 256)
		return;
	setting = jsonw_object();
	set_string(setting, "path", o, "path");
	set_string(setting, "old", o, "old");
	set_string(setting, "new", o, "new");
	jsonw_append(f->settings, setting);
}

void fold_take_setting_restored(struct fold *f, struct journal_value o)
{
	char path[FOLD_TEXT_SIZE], error[32];

	if (journal_string(o, "error", error, sizeof(error)) &&
	    journal_string(o, "path", path, sizeof(path)))
		fold_fault(f, "the setting '%.400s' could not be put back: %s", path, error);
}

static struct jsonw *describe_finding(const struct fold_finding *x)
{
	struct jsonw *object = jsonw_object();

	jsonw_set_string(object, "kind", x->kind);
	fold_set_known(object, "time_ns", &x->time_ns);
	fold_set_known(object, "cpu", &x->cpu);
	jsonw_set_uint(object, "seconds", x->seconds);
	if (x->comm[0])
		jsonw_set_string(object, "comm", x->comm);
	jsonw_set_int(object, "pid", x->pid);
	jsonw_set_string(object, "text", x->text);
	jsonw_set_uint(object, "count", x->count);
	return object;
}

struct jsonw *fold_describe_findings(struct fold *f)
{
	struct jsonw *list = jsonw_array();

	for (size_t i = 0; i < f->n_findings; i++)
		jsonw_append(list, describe_finding(&f->findings[i]));
	if (f->findings_unlisted)
		fold_fault(f, "%" PRIu64 " further findings in the kernel's log are not listed",
			   f->findings_unlisted);
	return list;
}

static struct jsonw *describe_journal(const struct fold *f)
{
	struct jsonw *journal = jsonw_object();

	jsonw_set_uint(journal, "records", f->journal.events);
	jsonw_set_uint(journal, "unknown", f->n_events_unknown);
	jsonw_set_uint(journal, "corrupt", f->journal.corrupt);
	jsonw_set_uint(journal, "gaps", f->journal.gaps);
	jsonw_set_uint(journal, "boots", f->journal.boots);
	jsonw_set_bool(journal, "torn", f->journal.torn);
	return journal;
}

static void note_journal(struct fold *f)
{
	if (f->journal.torn)
		fold_fault(f, "the last line of the journal is cut: it was dropped");
	if (f->journal.corrupt)
		fold_fault(f, "%" PRIu64 " lines of the journal are no records", f->journal.corrupt);
	if (f->journal.gaps)
		fold_fault(f, "the journal's sequence numbers jump %" PRIu64 " times", f->journal.gaps);
}

struct jsonw *fold_describe_harness(struct fold *f)
{
	struct jsonw *object = jsonw_object(), *left = jsonw_array(), *overhead = jsonw_object();
	bool all_restored = f->unfinished.n_settings == 0 && (!f->has_restore || f->settings_restored);

	note_journal(f);
	jsonw_set(object, "faults", text_tally_list(&f->faults, "what"));
	if (f->rss_max_bytes)
		jsonw_set_uint(overhead, "rss_max_bytes", f->rss_max_bytes);
	else
		fold_unmeasured(f, "harness.overhead.rss_max_bytes", "no sample was recorded");
	jsonw_set(object, "overhead", overhead);
	for (size_t i = 0; i < f->unfinished.n_blocks; i++)
		jsonw_append(left, jsonw_uint(f->unfinished.blocks[i].block));
	jsonw_set(object, "memory_left_offline", left);
	if (!f->has_restore)
		fold_unmeasured(f, "harness.memory_left_offline",
				"no restore is on record: listed is what the journal leaves open");
	jsonw_set(object, "settings_changed", f->settings ? f->settings : jsonw_array());
	f->settings = NULL;
	jsonw_set_bool(object, "settings_restored", all_restored);
	jsonw_set(object, "journal", describe_journal(f));
	return object;
}
