// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * soft_offline: the ledger against what the kernel counted. A page that was migrated, freed or
 * invalidated is one page more in HardwareCorrupted and its old frame is flagged; one that was
 * poisoned before adds nothing, and neither does a failure, whatever the error
 * (mm/memory-failure.c: soft_offline_page() and page_handle_poison(), 5.9 and later).
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/jsonw.h"
#include "reports/fold.h"

static void take_word(struct journal_value o, const char *key, char word[TALLY_NAME_SIZE])
{
	if (!journal_string(o, key, word, TALLY_NAME_SIZE) || !tally_is_name(word))
		(void)strcpy(word, "other");
}

void fold_take_poison_start(struct fold *f, struct journal_value o)
{
	struct fold_soft_offline *s = &f->soft_offline;

	s->is_there = true;
	(void)journal_uint(o, "budget", &s->budget);
	(void)journal_uint(o, "page_size", &s->page_size);
	(void)journal_string(o, "no_fault_injection", s->no_fault_injection,
			     sizeof(s->no_fault_injection));
	s->knows_start_bytes = journal_uint(o, "corrupted_bytes", &s->start_bytes);
	s->knows_start_failures = journal_uint(o, "memory_failures", &s->start_failures);
}

/* Also of a restore afterwards: what it says last holds. */
void fold_take_poison_end(struct fold *f, struct journal_value o)
{
	struct fold_soft_offline *s = &f->soft_offline;

	s->has_end = true;
	(void)journal_uint(o, "frames_left", &s->left);
	s->knows_end_bytes = journal_uint(o, "corrupted_bytes", &s->end_bytes);
	s->knows_end_failures = journal_uint(o, "memory_failures", &s->end_failures);
}

void fold_take_unpoison(struct fold *f, struct journal_value o)
{
	f->soft_offline.given_back += journal_equals(o, "error", "OK");
}

void fold_take_soft_offline_intent(struct fold *f, struct journal_value o)
{
	struct fold_soft_offline *s = &f->soft_offline;
	struct fold_entry *e = &s->entry;

	s->is_there = true;
	s->unfinished += e->is_open;
	*e = (struct fold_entry){.is_open = true};
	(void)journal_uint(o, "number", &e->number);
	(void)journal_uint(o, "frame", &e->frame);
	(void)journal_bool(o, "was_poisoned", &e->was_poisoned);
	(void)journal_bool(o, "was_huge", &e->was_huge);
	e->has_owner = journal_is_there(journal_get(o, "pid"));
	take_word(o, "case", e->which);
	take_word(o, "way", e->way);
	take_word(o, "expected", e->expected);
	if (e->has_owner)
		take_word(o, "kind", e->kind);
}

/* What there is to say of one outcome: each looks whether it is as it must be. */
struct outcome {
	char error[TALLY_NAME_SIZE];
	bool is_success;
	bool adds; /* it must be one page more */
	bool is_measured, is_looked_at;
	uint64_t grown_bytes; /* modulo 2^64: it may have shrunk */
	bool is_poisoned;
	bool is_checked, is_intact;
	uint64_t new_frame;
	bool knows_huge, is_huge;
	bool knows_pool;
	uint64_t pool_before_pages, pool_after_pages;
};

static bool is_miscounted(const struct fold_soft_offline *s, const struct outcome *x, char *why,
			  size_t size)
{
	uint64_t wanted = x->adds ? s->page_size : 0;

	(void)snprintf(why, size,
		       "HardwareCorrupted grew by %" PRId64 " bytes where %" PRIu64 " are right",
		       (int64_t)x->grown_bytes, wanted);
	return x->is_measured && x->grown_bytes != wanted;
}

static bool is_misflagged(const struct fold_soft_offline *s, const struct outcome *x, char *why,
			  size_t size)
{
	(void)snprintf(why, size, "the old frame is %sflagged as poisoned (KPF_HWPOISON)",
		       x->is_poisoned ? "" : "not ");
	return x->is_looked_at && x->is_poisoned != (x->is_success || s->entry.was_poisoned);
}

static bool is_changed(const struct fold_soft_offline *s, const struct outcome *x, char *why,
		       size_t size)
{
	(void)s;
	(void)snprintf(why, size, "the page's content is another");
	return x->is_checked && !x->is_intact;
}

static bool is_unmoved(const struct fold_soft_offline *s, const struct outcome *x, char *why,
		       size_t size)
{
	(void)snprintf(why, size, "the page is still in the poisoned frame");
	return x->adds && s->entry.has_owner && x->new_frame && x->new_frame == s->entry.frame;
}

/*
 * A hugetlb page that was migrated and poisoned is given back to the pool and dissolved: one less;
 * none when the pool had no free one and the kernel made one for it (mm/hugetlb.c:
 * move_hugetlb_state(), dissolve_free_huge_page(); 5.9 to 6.x). A failure takes none.
 */
static bool is_pool_wrong(const struct fold_soft_offline *s, const struct outcome *x, char *why,
			  size_t size)
{
	uint64_t lost = x->pool_before_pages - x->pool_after_pages;

	(void)s;
	(void)snprintf(why, size, "the pool of hugetlb pages is less by %" PRId64 ", %s is right",
		       (int64_t)lost, x->is_success ? "1 at most" : "0");
	return x->knows_pool && lost > x->is_success;
}

static void judge_outcome(struct fold_soft_offline *s, const struct outcome *x)
{
	static bool (*const looks[])(const struct fold_soft_offline *s, const struct outcome *x,
				     char *why, size_t size) = {
		is_miscounted, is_misflagged, is_changed, is_unmoved, is_pool_wrong};
	char why[sizeof(s->first_wrong_why)];

	for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++) {
		if (!looks[i](s, x, why, sizeof(why)))
			continue;
		if (s->wrong++ == 0) {
			s->first_wrong = s->entry;
			(void)strcpy(s->first_wrong_why, why);
			(void)strcpy(s->first_wrong_outcome, x->error);
		}
		return;
	}
}

static void count_outcome(struct fold_soft_offline *s, const struct outcome *x)
{
	const struct fold_entry *e = &s->entry;
	bool wants_success =
		strcmp(e->expected, "poisoned") == 0 || strcmp(e->expected, "already") == 0;

	s->injections++;
	tally_add(&s->outcomes, x->error, 0, 1);
	tally_add(&s->ways, e->way, 0, 1);
	tally_add(&s->cases, e->which, 0, 1);
	tally_add(&s->cases_as_expected, e->which, 0,
		  wants_success ? x->is_success : strcmp(e->expected, x->error) == 0);
	if (e->has_owner) {
		tally_add(&s->kinds, e->kind, 0, 1);
		tally_add(&s->kinds_succeeded, e->kind, 0, x->is_success);
		tally_add(&s->kinds_huge, e->kind, 0, e->was_huge);
		if (x->is_success && x->knows_huge)
			tally_add(x->is_huge ? &s->kinds_whole : &s->kinds_split, e->kind, 0, 1);
		if (x->knows_pool) {
			tally_add(&s->kinds_pool, e->kind, 0, 1);
			tally_add(&s->kinds_pool_lost, e->kind, 0,
				  x->pool_before_pages - x->pool_after_pages);
		}
	}
	if (x->is_measured) {
		s->measured++;
		s->expected_bytes += x->adds ? s->page_size : 0;
		s->seen_bytes += x->grown_bytes;
	}
	if (x->is_looked_at) {
		s->looked_at++;
		s->frames_expected += x->adds;
		s->frames_seen += x->is_poisoned && !e->was_poisoned;
	}
	s->checked += x->is_checked;
	s->changed += x->is_checked && !x->is_intact;
}

void fold_take_soft_offline(struct fold *f, struct journal_value o)
{
	struct fold_soft_offline *s = &f->soft_offline;
	struct outcome x = {0};
	uint64_t number = 0, before, after;

	/* An outcome without its entry: the ledger was not kept. */
	if (!s->entry.is_open || !journal_uint(o, "number", &number) || number != s->entry.number) {
		fold_fault(f, "the outcome of soft offline %" PRIu64 " has no entry in the ledger",
			   number);
		return;
	}
	take_word(o, "error", x.error);
	x.is_success = strcmp(x.error, "OK") == 0;
	x.adds = x.is_success && !s->entry.was_poisoned;
	x.is_measured = journal_uint(o, "corrupted_before_bytes", &before) &&
			journal_uint(o, "corrupted_after_bytes", &after);
	if (x.is_measured)
		x.grown_bytes = after - before;
	x.is_looked_at = journal_bool(o, "is_poisoned", &x.is_poisoned);
	x.is_checked = journal_bool(o, "is_intact", &x.is_intact);
	(void)journal_uint(o, "new_frame", &x.new_frame);
	x.knows_huge = journal_bool(o, "is_huge", &x.is_huge);
	x.knows_pool = journal_uint(o, "pool_before_pages", &x.pool_before_pages) &&
		       journal_uint(o, "pool_after_pages", &x.pool_after_pages);
	count_outcome(s, &x);
	judge_outcome(s, &x);
	s->entry.is_open = false;
}

static struct jsonw *describe_cases(const struct fold_soft_offline *s)
{
	struct jsonw *list = jsonw_array();

	for (size_t i = 0; i < s->cases.n_entries; i++) {
		const struct tally_entry *entry = &s->cases.entries[i];
		struct jsonw *one = jsonw_object();

		jsonw_set_string(one, "case", entry->name);
		jsonw_set_uint(one, "injections", entry->count);
		jsonw_set_uint(one, "as_expected", tally_get(&s->cases_as_expected, entry->name));
		jsonw_append(list, one);
	}
	return list;
}

static struct jsonw *describe_kinds(const struct fold_soft_offline *s)
{
	struct jsonw *list = jsonw_array();

	for (size_t i = 0; i < s->kinds.n_entries; i++) {
		const struct tally_entry *entry = &s->kinds.entries[i];
		struct jsonw *one = jsonw_object();

		jsonw_set_string(one, "kind", entry->name);
		jsonw_set_uint(one, "injections", entry->count);
		jsonw_set_uint(one, "succeeded", tally_get(&s->kinds_succeeded, entry->name));
		jsonw_set_uint(one, "huge", tally_get(&s->kinds_huge, entry->name));
		if (tally_get(&s->kinds_whole, entry->name) +
		    tally_get(&s->kinds_split, entry->name)) {
			jsonw_set_uint(one, "moved_whole", tally_get(&s->kinds_whole, entry->name));
			jsonw_set_uint(one, "split", tally_get(&s->kinds_split, entry->name));
		}
		if (tally_get(&s->kinds_pool, entry->name))
			jsonw_set_int(one, "pool_lost_pages",
				      (int64_t)tally_get(&s->kinds_pool_lost, entry->name));
		jsonw_append(list, one);
	}
	return list;
}

static struct jsonw *describe_bytes(struct fold *f)
{
	const struct fold_soft_offline *s = &f->soft_offline;
	struct jsonw *object = jsonw_object();

	if (s->knows_start_bytes)
		jsonw_set_uint(object, "start_bytes", s->start_bytes);
	if (s->knows_end_bytes)
		jsonw_set_uint(object, "end_bytes", s->end_bytes);
	else
		fold_unmeasured(f, "soft_offline.corrupted.end_bytes",
				s->has_end ? "/proc/meminfo has no HardwareCorrupted"
					   : "the run ended before the frames were given back");
	if (s->measured > 0 && s->measured == s->injections) {
		jsonw_set_uint(object, "expected_bytes", s->expected_bytes);
		jsonw_set_int(object, "seen_bytes", (int64_t)s->seen_bytes);
	} else {
		fold_unmeasured(f, "soft_offline.corrupted.seen_bytes",
				"HardwareCorrupted was read around %" PRIu64 " of %" PRIu64
				" injections",
				s->measured, s->injections);
	}
	return object;
}

static struct jsonw *describe_frames(struct fold *f)
{
	const struct fold_soft_offline *s = &f->soft_offline;
	struct jsonw *object = jsonw_object();

	if (s->looked_at > 0 && s->looked_at == s->injections) {
		jsonw_set_uint(object, "expected", s->frames_expected);
		jsonw_set_uint(object, "seen", s->frames_seen);
	} else {
		fold_unmeasured(f, "soft_offline.frames.seen",
				"/proc/kpageflags was read after %" PRIu64 " of %" PRIu64
				" injections",
				s->looked_at, s->injections);
	}
	jsonw_set_uint(object, "given_back", s->given_back);
	jsonw_set_uint(object, "left", s->has_end ? s->left : f->unfinished.n_frames);
	return object;
}

static struct jsonw *describe_first_wrong(const struct fold_soft_offline *s)
{
	const struct fold_entry *e = &s->first_wrong;
	struct jsonw *object = jsonw_object();

	jsonw_set_uint(object, "number", e->number);
	jsonw_set_uint(object, "frame", e->frame);
	jsonw_set_string(object, "case", e->which);
	jsonw_set_string(object, "way", e->way);
	if (e->has_owner)
		jsonw_set_string(object, "kind", e->kind);
	jsonw_set_string(object, "outcome", s->first_wrong_outcome);
	jsonw_set_string(object, "why", s->first_wrong_why);
	return object;
}

static struct jsonw *describe_failures(struct fold *f)
{
	const struct fold_soft_offline *s = &f->soft_offline;
	struct jsonw *object;

	if (!s->knows_start_failures || !s->knows_end_failures) {
		fold_unmeasured(
			f, "soft_offline.memory_failures",
			s->knows_start_failures
				? "the run ended before they were read again"
				: "this kernel has no memory_failure of its nodes (6.3 and later)");
		return NULL;
	}
	object = jsonw_object();
	jsonw_set_uint(object, "start", s->start_failures);
	jsonw_set_uint(object, "end", s->end_failures);
	return object;
}

struct jsonw *fold_describe_soft_offline(struct fold *f)
{
	const struct fold_soft_offline *s = &f->soft_offline;
	struct jsonw *object, *content;

	if (!s->is_there)
		return NULL;
	object = jsonw_object();
	content = jsonw_object();
	jsonw_set_uint(object, "budget", s->budget);
	jsonw_set_uint(object, "page_size", s->page_size);
	jsonw_set_uint(object, "injections", s->injections);
	jsonw_set_uint(object, "unfinished", s->unfinished + s->entry.is_open);
	jsonw_set(object, "outcomes", tally_counts(&s->outcomes));
	jsonw_set(object, "ways", tally_counts(&s->ways));
	jsonw_set(object, "cases", describe_cases(s));
	jsonw_set(object, "kinds", describe_kinds(s));
	jsonw_set(object, "corrupted", describe_bytes(f));
	jsonw_set(object, "frames", describe_frames(f));
	jsonw_set_uint(content, "checked", s->checked);
	jsonw_set_uint(content, "changed", s->changed);
	jsonw_set(object, "content", content);
	jsonw_set_uint(object, "wrong", s->wrong);
	if (s->wrong)
		jsonw_set(object, "first_wrong", describe_first_wrong(s));
	jsonw_set(object, "memory_failures", describe_failures(f));
	if (s->no_fault_injection[0]) {
		jsonw_set_string(object, "no_fault_injection", s->no_fault_injection);
		fold_unmeasured(f, "soft_offline.no_memory", "%s", s->no_fault_injection);
	}
	return object;
}

void fold_soft_offline_done(struct fold_soft_offline *s)
{
	tally_done(&s->outcomes);
	tally_done(&s->ways);
	tally_done(&s->cases);
	tally_done(&s->cases_as_expected);
	tally_done(&s->kinds);
	tally_done(&s->kinds_succeeded);
	tally_done(&s->kinds_huge);
	tally_done(&s->kinds_whole);
	tally_done(&s->kinds_split);
	tally_done(&s->kinds_pool);
	tally_done(&s->kinds_pool_lost);
}
