// SPDX-License-Identifier: GPL-2.0-or-later
#include "drive/soft_offline.h"

#include <errno.h>
#include <linux/kernel-page-flags.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/err.h"

#define FAILED_LEDGERS_MAX 3
/* The page of a process may be on its way just then (compaction): it is looked for again. */
#define FRAME_TRIES 20
#define FRAME_PAUSE_NS NS_PER_MS
#define HUGE_FLAGS (1ULL << KPF_THP | 1ULL << KPF_HUGE)

/*
 * In turn, each for every target before the next: half of them plain, since what is counted then is
 * what the other half must not add to.
 */
static const struct turn {
	enum soft_offline_case which;
	enum soft_offline_way way;
} turns[] = {
	{SOFT_OFFLINE_PLAIN, SOFT_OFFLINE_MADVISE},	{SOFT_OFFLINE_PLAIN, SOFT_OFFLINE_SYSFS},
	{SOFT_OFFLINE_NO_MEMORY, SOFT_OFFLINE_MADVISE}, {SOFT_OFFLINE_PLAIN, SOFT_OFFLINE_MADVISE},
	{SOFT_OFFLINE_HELD, SOFT_OFFLINE_SYSFS},	{SOFT_OFFLINE_PLAIN, SOFT_OFFLINE_SYSFS},
	{SOFT_OFFLINE_FREED, SOFT_OFFLINE_SYSFS},	{SOFT_OFFLINE_PLAIN, SOFT_OFFLINE_MADVISE},
	{SOFT_OFFLINE_HELD, SOFT_OFFLINE_MADVISE},	{SOFT_OFFLINE_TWICE, SOFT_OFFLINE_SYSFS},
	{SOFT_OFFLINE_NO_MEMORY, SOFT_OFFLINE_SYSFS},	{SOFT_OFFLINE_PLAIN, SOFT_OFFLINE_SYSFS},
};

static int ask(const struct soft_offline *s, const struct soft_offline_injection *i,
	       enum soft_offline_task task, uint64_t *ret_address)
{
	uint64_t unused;

	return s->hooks.ask(s->hooks.context, i->target, task, i->address,
			    ret_address ? ret_address : &unused);
}

int soft_offline_begin(struct soft_offline *s, struct err *e)
{
	if (s->n_targets == 0)
		return err_set(e, -EINVAL,
			       "no worker has pages to soft-offline: give the profile a [workers] "
			       "section");
	for (size_t k = 0; k < s->n_targets; k++) {
		const struct soft_offline_injection i = {.target = &s->targets[k],
							 .address = s->targets[k].base_address};
		int r = ask(s, &i, SOFT_OFFLINE_TASK_PREPARE, NULL);

		if (r < 0)
			return err_errno(e, r, "workers '%s': process %d cannot prepare its pages",
					 i.target->group, (int)i.target->pid);
	}
	return 0;
}

static void choose(const struct soft_offline *s, struct soft_offline_injection *i)
{
	const struct soft_offline_target *t = &s->targets[s->number % s->n_targets];
	uint64_t round = s->number / s->n_targets;
	const struct turn *turn = &turns[round % ARRAY_SIZE(turns)];
	uint64_t base_pages = t->page_size / s->kernel.page_size;

	*i = (struct soft_offline_injection){
		.number = s->number,
		.which = turn->which,
		.way = turn->way,
		.target = t,
		.node = -1,
		/* Within a huge page one of its base pages: another one in every round. */
		.address = t->base_address + round % t->pages * t->page_size +
			   round / t->pages * 7 % base_pages * s->kernel.page_size,
	};
	if (s->plain_only)
		i->which = SOFT_OFFLINE_PLAIN;
	if (i->which == SOFT_OFFLINE_NO_MEMORY && !s->hooks.can_fail_allocations)
		i->which = SOFT_OFFLINE_HELD;
	if (i->which == SOFT_OFFLINE_FREED && t->is_file)
		i->which = SOFT_OFFLINE_CLEAN;
	if (i->which == SOFT_OFFLINE_TWICE && s->last_poisoned == 0)
		i->which = SOFT_OFFLINE_PLAIN;
}

static int find_frame(const struct soft_offline *s, const struct soft_offline_injection *i,
		      uint64_t *ret_frame)
{
	int r = -ENOENT;

	for (int tries = 0; tries < FRAME_TRIES && r == -ENOENT; tries++) {
		if (tries > 0)
			(void)clock_sleep_ns(FRAME_PAUSE_NS);
		r = s->kernel.frame(&s->kernel, i->target->pid, i->address, ret_frame);
	}
	return r;
}

/* A page besides the hot ones, that is unmapped before the injection. */
static bool is_scratch(const struct soft_offline_injection *i)
{
	return i->which == SOFT_OFFLINE_FREED || i->which == SOFT_OFFLINE_CLEAN;
}

static bool has_content(const struct soft_offline_injection *i)
{
	return i->target && !is_scratch(i);
}

/* Brings about what the case is, and finds the frame. Undone by unarrange(). */
static int arrange(const struct soft_offline *s, struct soft_offline_injection *i)
{
	int r = 0;

	if (i->which == SOFT_OFFLINE_TWICE) {
		i->target = NULL;
		i->frame = s->last_poisoned;
		return 0;
	}
	if (is_scratch(i))
		r = ask(s, i, SOFT_OFFLINE_TASK_SCRATCH, &i->address);
	else
		r = ask(s, i, SOFT_OFFLINE_TASK_PREPARE, NULL);
	if (r == 0)
		r = find_frame(s, i, &i->frame);
	if (r == 0 && is_scratch(i))
		r = ask(s, i, SOFT_OFFLINE_TASK_SCRATCH_FREE, NULL);
	if (r == 0 && i->which == SOFT_OFFLINE_HELD)
		r = ask(s, i, SOFT_OFFLINE_TASK_HOLD, NULL);
	return r;
}

static int unarrange(const struct soft_offline *s, const struct soft_offline_injection *i)
{
	return i->which == SOFT_OFFLINE_HELD ? ask(s, i, SOFT_OFFLINE_TASK_RELEASE, NULL) : 0;
}

static void look_before(const struct soft_offline *s, struct soft_offline_injection *i)
{
	uint64_t flags = 0;

	if (s->kernel.flags(&s->kernel, i->frame, &flags) == 0) {
		i->was_poisoned = flags >> KPF_HWPOISON & 1;
		i->was_huge = flags & HUGE_FLAGS;
		i->knows_pool = flags >> KPF_HUGE & 1 && s->kernel.pool &&
				s->kernel.pool(&s->kernel, &i->pool_before_pages) == 0;
	}
	i->node = s->hooks.node_of(s->hooks.context, i->frame);
	i->knows_corrupted = s->kernel.corrupted(&s->kernel, &i->corrupted_before_bytes) == 0;
}

static int inject(const struct soft_offline *s, const struct soft_offline_injection *i)
{
	bool no_memory = i->which == SOFT_OFFLINE_NO_MEMORY;

	if (i->way == SOFT_OFFLINE_SYSFS)
		return s->kernel.soft_offline(&s->kernel, i->frame, no_memory);
	return ask(s, i, no_memory ? SOFT_OFFLINE_TASK_INJECT_NO_MEMORY : SOFT_OFFLINE_TASK_INJECT,
		   NULL);
}

/*
 * A huge page that has moved is in the pool until the last task lets go of it that has waited for
 * it, beside the one that it has moved to. A second is given to that; then what is there counts.
 */
static bool read_pool(const struct soft_offline *s, struct soft_offline_injection *i)
{
	for (int tries = 0; tries < 100; tries++) {
		if (s->kernel.pool(&s->kernel, &i->pool_after_pages) < 0)
			return false;
		if (i->pool_after_pages <= i->pool_before_pages)
			break;
		(void)clock_sleep_ns(10 * NS_PER_MS);
	}
	return true;
}

/* Negative: the worker does not answer. */
static int look_after(const struct soft_offline *s, struct soft_offline_injection *i)
{
	uint64_t flags = 0;
	int r;

	i->knows_corrupted = i->knows_corrupted &&
			     s->kernel.corrupted(&s->kernel, &i->corrupted_after_bytes) == 0;
	i->knows_pool = i->knows_pool && read_pool(s, i);
	i->knows_poisoned = s->kernel.flags(&s->kernel, i->frame, &flags) == 0;
	i->is_poisoned = i->knows_poisoned && flags >> KPF_HWPOISON & 1;
	if (!has_content(i))
		return 0;
	/* The check touches the page: after it there is a frame again, wherever it was meanwhile.
	 */
	r = ask(s, i, SOFT_OFFLINE_TASK_CHECK, NULL);
	i->is_checked = r == 0 || r == -EILSEQ;
	i->is_intact = r == 0;
	if (find_frame(s, i, &i->new_frame) < 0)
		i->new_frame = 0;
	i->knows_new_huge = i->was_huge && i->new_frame &&
			    s->kernel.flags(&s->kernel, i->new_frame, &flags) == 0;
	i->is_new_huge = i->knows_new_huge && flags & HUGE_FLAGS;
	return r == -EILSEQ ? 0 : r;
}

static int no_ledger(struct soft_offline *s, int error)
{
	char text[160];

	(void)snprintf(text, sizeof(text),
		       "soft offline %llu: its entry cannot be put on disk (%s), it is left out",
		       (unsigned long long)s->number, errno_name(error));
	s->hooks.fault(s->hooks.context, text);
	return ++s->failed_ledgers == FAILED_LEDGERS_MAX ? error : 1;
}

static int give_up(struct soft_offline *s, const struct soft_offline_injection *i, const char *what,
		   int error)
{
	char text[256];

	(void)snprintf(text, sizeof(text), "soft offline %llu of %s, process %d: %s: %s",
		       (unsigned long long)i->number, i->target ? i->target->group : "nobody",
		       i->target ? (int)i->target->pid : 0, what, errno_name(error));
	s->hooks.fault(s->hooks.context, text);
	return error;
}

/* From the ledger on: this one has an end that is told, whatever it is. */
static int carry_out(struct soft_offline *s, struct soft_offline_injection *i)
{
	uint64_t start_ns = clock_monotonic_ns();
	int r, released;

	r = inject(s, i);
	i->wall_ns = clock_monotonic_ns() - start_ns;
	s->last_error = i->error = -r;
	if (r != -ETIMEDOUT)
		r = look_after(s, i);
	else
		i->knows_corrupted = i->knows_pool = false; /* what it comes to is not seen any more */
	released = unarrange(s, i);
	s->hooks.done(s->hooks.context, i);
	if (i->is_poisoned)
		s->last_poisoned = i->frame;
	s->budget--;
	if (r < 0)
		return give_up(s, i, "its worker does not answer", r);
	return released < 0 ? give_up(s, i, "a held page is not let go", released) : 1;
}

int soft_offline_step(struct soft_offline *s)
{
	struct soft_offline_injection i;
	int r;

	if (s->budget == 0)
		return 0;
	choose(s, &i);
	r = arrange(s, &i);
	if (r < 0) {
		(void)unarrange(s, &i);
		return give_up(s, &i, "it cannot be made ready", r);
	}
	look_before(s, &i);
	r = s->hooks.ledger(s->hooks.context, &i);
	if (r < 0) {
		(void)unarrange(s, &i);
		return no_ledger(s, r);
	}
	s->failed_ledgers = 0;
	s->number++;
	return carry_out(s, &i);
}
