// SPDX-License-Identifier: GPL-2.0-or-later
/* lockups, and what went wrong with the harness itself. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/jsonw.h"
#include "base/memory.h"
#include "reports/fold.h"

/* What a lockup's kind may be: the report's schema has the same list. */
const char *fold_finding_kind(const char *kind)
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

static bool is_same(const struct fold_finding *a, const struct fold_finding *b)
{
	/* The recorder has seen the whole; runs of older ones have no such mark. */
	if (a->same[0] || b->same[0])
		return strcmp(a->same, b->same) == 0;
	return a->pid == b->pid && a->cpu.is_known == b->cpu.is_known &&
	       a->cpu.value == b->cpu.value && a->kind == b->kind && strcmp(a->comm, b->comm) == 0;
}

struct fold_finding *fold_same_finding(struct fold *f, const struct fold_finding *new)
{
	for (size_t i = 0; i < f->n_findings; i++)
		if (is_same(&f->findings[i], new))
			return &f->findings[i];
	return NULL;
}

void fold_repeat_finding(struct fold_finding *old, const struct fold_finding *new, uint64_t count)
{
	fold_add(&old->count, count);
	if (new->seconds.is_known &&
	    (!old->seconds.is_known || new->seconds.value > old->seconds.value))
		old->seconds = new->seconds;
	if (new->in_migration.is_known)
		old->in_migration = (struct known){true, old->in_migration.value | new->in_migration.value};
}

static struct jsonw *read_frames(struct journal_value list)
{
	struct jsonw *frames;

	if (!journal_is_there(list))
		return NULL;
	frames = jsonw_array();
	for (struct journal_iterator i = journal_each(list); journal_more(&i); journal_step(&i)) {
		char name[256];

		if (jsonw_length(frames) < FOLD_MAX_FRAMES &&
		    journal_string(i.value, NULL, name, sizeof(name)))
			jsonw_append(frames, jsonw_string(name));
	}
	return frames;
}

static struct jsonw *read_page(struct journal_value o)
{
	static const char *const texts[] = {"flags", "reason"}, *const numbers[] = {"refcount", "mapcount"};
	struct jsonw *page;
	char text[FOLD_TEXT_SIZE];
	uint64_t pfn;
	int64_t number;

	if (!journal_is_object(o))
		return NULL;
	page = jsonw_object();
	if (journal_uint(o, "pfn", &pfn))
		jsonw_set_uint(page, "pfn", pfn);
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		if (journal_int(o, numbers[i], &number))
			jsonw_set_int(page, numbers[i], number);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		if (journal_string(o, texts[i], text, sizeof(text)))
			jsonw_set_string(page, texts[i], text);
	return page;
}

static char *read_text(struct journal_value o)
{
	char text[FOLD_FINDING_SIZE] = "";

	(void)journal_string(o, "text", text, sizeof(text));
	return memory_string(text);
}

static void finding_done(struct fold_finding *x)
{
	free(x->text);
	jsonw_free(x->frames);
	jsonw_free(x->page);
}

void fold_keep_finding(struct fold *f, struct fold_finding *new)
{
	if (f->n_findings == FOLD_MAX_FINDINGS) {
		f->findings_unlisted++;
		finding_done(new);
		return;
	}
	f->findings = memory_grow(f->findings, f->n_findings + 1, sizeof(*f->findings));
	f->findings[f->n_findings++] = *new;
}

void fold_take_finding(struct fold *f, struct journal_value o)
{
	struct fold_finding new = {.count = 1}, *old;
	char kind[32] = "";
	bool in_migration;

	(void)journal_string(o, "kind", kind, sizeof(kind));
	new.kind = fold_finding_kind(kind);
	(void)journal_string(o, "comm", new.comm, sizeof(new.comm));
	(void)journal_string(o, "same", new.same, sizeof(new.same));
	new.has_pid = journal_int(o, "pid", &new.pid);
	fold_known(o, "seconds", &new.seconds);
	fold_known(o, "cpu", &new.cpu);
	fold_known(o, "time_ns", &new.time_ns);
	if (journal_bool(o, "in_migration", &in_migration))
		new.in_migration = (struct known){true, in_migration};
	tally_add(&f->findings_by_kind, new.kind, 0, 1);
	old = fold_same_finding(f, &new);
	if (old) {
		fold_repeat_finding(old, &new, 1);
		return;
	}
	new.frames = read_frames(journal_get(o, "frames"));
	new.page = read_page(journal_get(o, "page"));
	new.text = read_text(o);
	fold_keep_finding(f, &new);
}

void fold_findings_done(struct fold *f)
{
	for (size_t i = 0; i < f->n_findings; i++)
		finding_done(&f->findings[i]);
	free(f->findings);
}

static void set_string(struct jsonw *object, const char *key, struct journal_value o,
		       const char *from)
{
	char text[FOLD_TEXT_SIZE];

	if (journal_string(o, from, text, sizeof(text)))
		jsonw_set_string(object, key, text);
}

void fold_take_fault(struct fold *f, struct journal_value o)
{
	char what[FOLD_TEXT_SIZE];

	if (!journal_string(o, "what", what, sizeof(what)))
		(void)snprintf(what, sizeof(what), "a fault without a reason");
	fold_fault(f, "%s", what);
}

void fold_take_witnesses(struct fold *f, struct journal_value o)
{
	static const char *const numbers[] = {"before", "after", "findings"};
	struct journal_iterator i = journal_each(journal_get(o, "list"));

	jsonw_free(f->witnesses);
	f->witnesses = jsonw_array();
	for (; journal_more(&i) && jsonw_length(f->witnesses) < FOLD_MAX_WITNESSES; journal_step(&i)) {
		struct jsonw *one = jsonw_object();
		uint64_t number;

		set_string(one, "name", i.value, "name");
		for (size_t k = 0; k < ARRAY_SIZE(numbers); k++)
			if (journal_uint(i.value, numbers[k], &number))
				jsonw_set_uint(one, numbers[k], number);
		set_string(one, "disagreement", i.value, "disagreement");
		if (jsonw_has(one, "name"))
			jsonw_append(f->witnesses, one);
		else
			jsonw_free(one);
	}
}

void fold_take_kmsg_lost(struct fold *f, struct journal_value o)
{
	fold_sum(o, "records", &f->kmsg_lost_told);
}

void fold_take_kmsg_dropped(struct fold *f, struct journal_value o)
{
	fold_sum(o, "records", &f->kmsg_dropped);
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
	/* Not changed: only on record so that what the kernel makes of it is put back. */
	if (jsonw_get_string(setting, "old") && jsonw_get_string(setting, "new") &&
	    strcmp(jsonw_get_string(setting, "old"), jsonw_get_string(setting, "new")) == 0) {
		jsonw_free(setting);
		return;
	}
	jsonw_append(f->settings, setting);
}

void fold_take_setting_restored(struct fold *f, struct journal_value o)
{
	char path[FOLD_TEXT_SIZE], error[32];

	if (journal_string(o, "error", error, sizeof(error)) &&
	    journal_string(o, "path", path, sizeof(path)))
		fold_fault(f, "the setting '%.400s' could not be put back: %s", path, error);
}

static struct jsonw *describe_finding(struct fold_finding *x)
{
	struct jsonw *object = jsonw_object();

	jsonw_set_string(object, "kind", x->kind);
	fold_set_known(object, "time_ns", &x->time_ns);
	fold_set_known(object, "cpu", &x->cpu);
	fold_set_known(object, "seconds", &x->seconds);
	if (x->comm[0])
		jsonw_set_string(object, "comm", x->comm);
	if (x->has_pid)
		jsonw_set_int(object, "pid", x->pid);
	jsonw_set(object, "frames", steal_ptr(&x->frames));
	if (x->in_migration.is_known)
		jsonw_set_bool(object, "in_migration", x->in_migration.value != 0);
	jsonw_set(object, "page", steal_ptr(&x->page));
	jsonw_set_string(object, "text", x->text);
	jsonw_set_uint(object, "count", x->count);
	if (x->from_console)
		jsonw_set_uint(object, "from_console", x->from_console);
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
	if (f->before.files) {
		jsonw_set_uint(journal, "files", f->before.files + 1);
		jsonw_set_uint(journal, "dropped", f->events_dropped);
	}
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
