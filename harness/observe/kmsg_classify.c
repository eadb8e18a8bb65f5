// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The state between the lines. A few findings are open at a time: one for each CPU or task that is
 * writing (with PRINTK_CALLER), and beside it, when a panic comes before the trace of what it ends,
 * that one too: there is one trace for both.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "observe/kmsg.h"
#include "observe/kmsg_finding.h"
#include "observe/kmsg_page.h"
#include "observe/kmsg_trace.h"

#define MAX_OPEN 6

/* On the log's clock: a report does not pause so long, also on a slow serial line. */
#define PAUSE_NS (10 * NS_PER_S)

/* Of a header's line the beginning, so that there is room for more. */
#define TITLE_SIZE 1024

/* Lines in a row that are nobody's: printed by others in the middle of a report. */
#define MAX_STRANGERS 3

/* Live: what is not ended by its text is ended by silence, or by its age. */
#define LIVE_QUIET_NS (400 * NS_PER_MS)
#define LIVE_AGE_NS NS_PER_S

struct kmsg_classifier {
	void (*found)(void *context, const struct kmsg_finding *finding);
	void *context;
	uint64_t hz;
	uint64_t live_ns; /* of the last tick */
	uint64_t n_begun;
	bool was_seen[KMSG_MAX_KIND];
	struct kmsg_page dropped_page; /* a dump that told no kind: of a BUG that comes next */
	struct header_index headers;
	struct trace_index trace;
	unsigned int n_open;
	struct open_finding *open[MAX_OPEN]; /* the first n_open, in the order of their headers; owned */
	uint64_t opened_live_ns[MAX_OPEN], last_live_ns[MAX_OPEN];
};

struct kmsg_classifier *kmsg_classifier_new(void (*found)(void *context,
							  const struct kmsg_finding *finding),
					    void *context, uint64_t hz)
{
	struct kmsg_classifier *c = memory_alloc(1, sizeof(*c));

	c->found = found;
	c->context = context;
	c->hz = hz;
	headers_index(&c->headers);
	trace_index(&c->trace);
	for (size_t i = 0; i < MAX_OPEN; i++)
		c->open[i] = memory_alloc(1, sizeof(*c->open[i]));
	return c;
}

void kmsg_classifier_free(struct kmsg_classifier *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < MAX_OPEN; i++)
		free(c->open[i]);
	free(c);
}

/* Lines of one context are written one after the other. */
static bool is_same_context(const struct open_finding *o, const struct kmsg_line *line)
{
	return o->has_caller == line->has_caller && o->caller == line->caller;
}

static void complete(const struct kmsg_classifier *c, struct open_finding *o)
{
	struct kmsg_finding *f = &o->f;

	if (o->has_jiffies && c->hz && !f->has_seconds) {
		f->seconds = o->jiffies / c->hz;
		f->has_seconds = true;
	}
	f->frames = o->frames;
	f->text = o->text;
	f->text_length = o->text_sure ? o->text_sure - 1 : 0; /* no newline behind the last */
	f->same = kmsg_finding_same(f);
	f->count = 1;
}

static void close_finding(struct kmsg_classifier *c, unsigned int i)
{
	struct open_finding *o = c->open[i];

	c->n_open--;
	for (unsigned int k = i; k < c->n_open; k++) {
		c->open[k] = c->open[k + 1];
		c->opened_live_ns[k] = c->opened_live_ns[k + 1];
		c->last_live_ns[k] = c->last_live_ns[k + 1];
	}
	c->open[c->n_open] = o;
	if (o->f.kind == NO_KIND) {
		o->f.kind = kmsg_page_kind(&o->f.page);
		c->dropped_page = o->f.page;
	}
	if (o->f.kind == NO_KIND)
		return;
	complete(c, o);
	for (unsigned int told = 0; told <= o->n_again; told++)
		c->found(c->context, &o->f);
}

static struct open_finding *open_finding(struct kmsg_classifier *c, const struct kmsg_finding *told,
					 enum kmsg_kind kind, const struct kmsg_line *line,
					 struct kmsg_span title)
{
	struct open_finding *o;
	size_t length;

	if (c->n_open == MAX_OPEN)
		close_finding(c, 0);
	o = c->open[c->n_open];
	memset(o, 0, offsetof(struct open_finding, f));
	o->f = *told;
	o->f.kind = kind;
	o->f.has_time = line->has_time;
	o->f.time_ns = line->time_ns;
	o->f.sequence = line->sequence;
	o->f.order = c->n_begun++;
	if (line->when && !line->has_time) {
		length = line->when_length < sizeof(o->f.when) - 1 ? line->when_length
								   : sizeof(o->f.when) - 1;
		memcpy(o->f.when, line->when, length);
		o->f.when[length] = '\0';
	}
	o->has_caller = line->has_caller;
	o->caller = line->caller;
	o->last_ns = line->time_ns;
	if (kind == KMSG_KERNEL_BUG && !o->f.page.is_there)
		o->f.page = c->dropped_page;
	c->dropped_page = (struct kmsg_page){0};
	if (kind != NO_KIND)
		c->was_seen[kind] = true;
	length = line->length < TITLE_SIZE ? line->length : TITLE_SIZE;
	trace_keep_text(o, (struct kmsg_span){line->text, line->text + length}, true);
	o->f.title_length = o->text_sure - 1;
	if (kind == KMSG_RCU_STALL)
		trace_rcu_line(o, title);
	c->opened_live_ns[c->n_open] = c->last_live_ns[c->n_open] = c->live_ns;
	c->n_open++;
	return o;
}

static bool is_part(const struct open_finding *o, const struct header *h,
		    const struct kmsg_finding *told)
{
	if (!(h->part_of & KIND_BIT(o->f.kind)))
		return false;
	if (h->kind == NO_KIND && o->f.page.reason[0])
		return false; /* that dump is complete: this is the next one */
	if (h->tells_again && o->f.has_cpu && told->has_cpu && o->f.cpu != told->cpu)
		return false;
	return h->is_always_part || o->f.n_frames == 0;
}

/* What a second header tells that the first has left out. */
static void add_told(struct kmsg_finding *f, const struct kmsg_finding *told)
{
	if (!f->comm[0] && told->comm[0])
		memcpy(f->comm, told->comm, sizeof(f->comm));
	if (!f->has_pid && told->has_pid) {
		f->has_pid = true;
		f->pid = told->pid;
	}
	if (!f->has_cpu && told->has_cpu) {
		f->has_cpu = true;
		f->cpu = told->cpu;
	}
	if (told->page.is_there) {
		bool has_pfn = f->page.has_pfn;
		uint64_t pfn = f->page.pfn;

		f->page = told->page;
		if (!f->page.has_pfn) {
			f->page.has_pfn = has_pfn;
			f->page.pfn = pfn;
		}
	}
}

static bool add_part(struct kmsg_classifier *c, const struct header *h,
		     const struct kmsg_finding *told, const struct kmsg_line *line,
		     struct kmsg_span title)
{
	for (unsigned int i = c->n_open; i-- > 0;) {
		struct open_finding *o = c->open[i];

		if (!is_same_context(o, line) || !is_part(o, h, told))
			continue;
		add_told(&o->f, told);
		o->n_again += h->tells_again;
		trace_keep_text(o, title, true);
		if (o->f.kind == KMSG_RCU_STALL)
			trace_rcu_line(o, title);
		o->strangers = 0;
		o->last_ns = line->time_ns;
		return true;
	}
	return false;
}

static void begin(struct kmsg_classifier *c, const struct header *h,
		  const struct kmsg_finding *told, const struct kmsg_line *line,
		  struct kmsg_span title)
{
	enum kmsg_kind cause = h->kind == KMSG_PANIC ? header_panic_cause(title) : NO_KIND;

	if (h->action == HEADER_HZ) {
		if (!c->hz)
			c->hz = kmsg_hz_of_line(title);
		return;
	}
	if (add_part(c, h, told, line, title))
		return;
	for (unsigned int i = 0; i < c->n_open;) {
		if (is_same_context(c->open[i], line) &&
		    (h->kind != KMSG_PANIC || c->open[i]->f.n_frames > 0))
			close_finding(c, i);
		else
			i++;
	}
	/* The lockup that made the kernel panic may stand in a part of the log that is lost. */
	if (cause != NO_KIND && !c->was_seen[cause])
		(void)open_finding(c, told, cause, line, title);
	(void)open_finding(c, told, h->kind, line, title);
}

/* true: the finding is over, and handed out. */
static bool feed(struct kmsg_classifier *c, unsigned int i, const struct kmsg_line *line)
{
	struct open_finding *o = c->open[i];
	struct kmsg_span text = {line->text, line->text + line->length};
	enum trace_line what;

	if (line->has_time && o->f.has_time && line->time_ns > o->last_ns + PAUSE_NS) {
		close_finding(c, i);
		return true;
	}
	if (line->has_time)
		o->last_ns = line->time_ns;
	what = trace_take(&c->trace, o, text);
	if (what == TRACE_STRANGER && !o->has_ended && ++o->strangers <= MAX_STRANGERS) {
		trace_keep_text(o, text, false);
		return false;
	}
	if (what == TRACE_MEMBER || what == TRACE_LAST) {
		o->strangers = 0;
		c->last_live_ns[i] = c->live_ns;
		trace_keep_text(o, text, true);
	}
	if (what == TRACE_MEMBER)
		return false;
	close_finding(c, i);
	return true;
}

/* Lines of a context that has no report open: another CPU's part of the newest one, if anything. */
static void feed_newest(struct kmsg_classifier *c, const struct kmsg_line *line)
{
	struct open_finding *o = c->open[c->n_open - 1];
	struct kmsg_span text = {line->text, line->text + line->length};

	if (span_length(text) < 4 ||
	    (*text.at != ' ' && !trace_has_word(&c->trace, text.at)) ||
	    (line->has_time && o->f.has_time && line->time_ns > o->last_ns + PAUSE_NS))
		return;
	(void)feed(c, c->n_open - 1, line);
}

static void go_on(struct kmsg_classifier *c, const struct kmsg_line *line)
{
	bool is_known = false;

	for (unsigned int i = 0; i < c->n_open;) {
		bool is_mine = is_same_context(c->open[i], line);

		is_known |= is_mine;
		if (!is_mine || !feed(c, i, line))
			i++;
	}
	if (!is_known && c->n_open)
		feed_newest(c, line);
}

/* Most lines of traces begin with a blank, no header does. */
static bool may_be_header(const struct kmsg_classifier *c, const char *text, size_t length)
{
	return length >= 4 && *text != ' ' && header_candidate(&c->headers, text);
}

bool kmsg_classifier_wants(const struct kmsg_classifier *c, const char *text, size_t length)
{
	return c->n_open || may_be_header(c, text, length);
}

bool kmsg_classifier_may_begin(const struct kmsg_classifier *c, const char *text, size_t length)
{
	return may_be_header(c, text, length);
}

void kmsg_classify_line(struct kmsg_classifier *c, const struct kmsg_line *line)
{
	struct kmsg_span text = {line->text, line->text + line->length}, title;
	struct kmsg_finding told;
	const struct header *h;

	if (may_be_header(c, line->text, line->length) && !line->is_continued) {
		finding_clear(&told);
		h = headers_find(&c->headers, text, &title, &told);
		if (h && (!line->is_bare || h->is_unmistakable)) {
			begin(c, h, &told, line, title);
			return;
		}
	}
	if (c->n_open)
		go_on(c, line);
}

void kmsg_classify_message(struct kmsg_classifier *c, const struct kmsg_line *message)
{
	struct kmsg_line line = *message;
	const char *at = message->text, *end = at + message->length;

	while (at < end && *at == '\n')
		at++;
	/* A newline within a message may come from a file's or a task's name: behind it begins nothing. */
	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));

		line.text = at;
		line.length = (size_t)((newline ? newline : end) - at);
		kmsg_classify_line(c, &line);
		line.is_continued = true;
		at = newline ? newline + 1 : end;
	}
}

void kmsg_classify_record(struct kmsg_classifier *c, const struct kmsg_record *record)
{
	struct kmsg_line line = {
		.text = record->text,
		.length = record->text_length,
		.has_time = true,
		.time_ns = record->time_us * NS_PER_US,
		.has_caller = record->has_caller,
		.caller = record->caller,
		.sequence = record->sequence,
		.is_continued = record->is_fragment,
	};

	if (record->facility == 0)
		kmsg_classify_message(c, &line);
}

void kmsg_classify_tick(struct kmsg_classifier *c, uint64_t now_ns)
{
	c->live_ns = now_ns;
	for (unsigned int i = 0; i < c->n_open;) {
		if (now_ns - c->last_live_ns[i] >= LIVE_QUIET_NS ||
		    now_ns - c->opened_live_ns[i] >= LIVE_AGE_NS)
			close_finding(c, i);
		else
			i++;
	}
}

void kmsg_classify_flush(struct kmsg_classifier *c)
{
	while (c->n_open)
		close_finding(c, 0);
}
