// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Putting pages into the frames of one block. The kernel offers no call for that; this does it:
 * have pages of our own in frames of the block (seats, see hoard.c), free some of them, and move
 * as many of the wanted pages to the node from the same CPU at once. What was freed last is on
 * top of the CPU's list of free pages and is what the migration's allocation takes first
 * (mm/page_alloc.c:rmqueue_pcplist, 4.18 to 7.x). Pages that are on the node already must leave
 * it first: move_pages() does nothing for them. Where they landed is read from pagemap; what
 * missed is tried again.
 */
#include "workloads/place.h"

#include <errno.h>
#include <numaif.h>
#include <sched.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "workloads/hoard.h"
#include "workloads/migrate.h"
#include "workloads/pagemap.h"

#define ROUNDS 4
/* Seats freed at a time: less than what a CPU's list holds before some of it goes back (4.18+). */
#define SEATS_AT_A_TIME 16

struct placing {
	const struct placer_request *request;
	struct page_list *list;
	struct hoard hoard;
	uint64_t moved;
	uint64_t deadline_ns;
};

static bool is_seated(const struct placing *p, uint64_t page)
{
	return frame_is_in(p->list->frames[page], p->request->first_frame, p->request->n_frames);
}

static bool is_late(const struct placing *p)
{
	return clock_monotonic_ns() >= p->deadline_ns;
}

/* All on one CPU: the list of free pages that matters is that CPU's. */
static void stay_on_cpu(cpu_set_t *ret_before)
{
	int cpu = sched_getcpu();
	cpu_set_t one;

	(void)sched_getaffinity(0, sizeof(*ret_before), ret_before);
	CPU_ZERO(&one);
	CPU_SET(cpu < 0 ? 0 : cpu, &one);
	(void)sched_setaffinity(0, sizeof(one), &one);
}

/*
 * The pages of one target that are on the block's node but not seated (@on_node), or on another
 * node; from *page on, at most @max. A page without a frame belongs to a target that has ended.
 */
static size_t next_pages(const struct placing *p, bool on_node, uint64_t *page, uint64_t end,
			 void **addresses, size_t max)
{
	const struct page_list *list = p->list;
	size_t n = 0;

	for (; *page < end && n < max; (*page)++)
		if (list->frames[*page] && !is_seated(p, *page) &&
		    (list->nodes[*page] == p->request->node) == on_node)
			addresses[n++] = list->addresses[*page];
	return n;
}

/* Off the node, those that are on it outside the block. */
static void send_away(struct placing *p)
{
	uint64_t page = 0, end = 0;
	void *addresses[512];

	for (size_t i = 0; i < p->list->n_targets; i++) {
		end += p->list->targets[i].count;
		while (page < end && !is_late(p)) {
			uint64_t moved = 0;
			size_t n =
				next_pages(p, true, &page, end, addresses, ARRAY_SIZE(addresses));

			if (n &&
			    migrate_to(p->list->targets[i].pid, addresses, n, p->request->away_node,
				       MPOL_MF_MOVE_ALL, &moved, NULL) == 0)
				p->moved += moved;
		}
		page = end;
	}
}

static void seat_batch(struct placing *p, pid_t pid, void **addresses, size_t n)
{
	int nodes[SEATS_AT_A_TIME], status[SEATS_AT_A_TIME];

	n = hoard_free_seats(&p->hoard, n);
	for (size_t i = 0; i < n; i++)
		nodes[i] = p->request->node;
	(void)move_pages(pid, n, addresses, nodes, status, MPOL_MF_MOVE_ALL);
	if (migrate_query(pid, addresses, n, nodes, NULL) < 0)
		return;
	for (size_t i = 0; i < n; i++)
		p->moved += nodes[i] == p->request->node;
}

static void seat_all(struct placing *p)
{
	uint64_t page = 0, end = 0;
	void *addresses[SEATS_AT_A_TIME];

	for (size_t i = 0; i < p->list->n_targets; i++) {
		end += p->list->targets[i].count;
		while (page < end && p->hoard.n_seats && !is_late(p)) {
			size_t max = p->hoard.n_seats < SEATS_AT_A_TIME ? p->hoard.n_seats
									: SEATS_AT_A_TIME;
			size_t n = next_pages(p, false, &page, end, addresses, max);

			if (n)
				seat_batch(p, p->list->targets[i].pid, addresses, n);
		}
		page = end;
	}
}

/*
 * Pages that were just faulted in wait in a per-CPU batch, with a reference that keeps them from
 * being freed; any call to move pages empties all batches first.
 */
static void drain_batches(const struct placing *p)
{
	static char page_of_ours;
	void *address = &page_of_ours;
	int node = p->request->node, status;

	page_of_ours = 1;
	(void)move_pages(0, 1, &address, &node, &status, MPOL_MF_MOVE);
}

static void play_round(struct placing *p, uint64_t missing)
{
	page_list_ask_nodes(p->list);
	send_away(p);
	page_list_ask_nodes(p->list);
	/* What a round left is used first: the next seat may be far away. */
	if (p->hoard.n_seats == 0)
		hoard_grow(&p->hoard, missing, p->deadline_ns);
	drain_batches(p);
	seat_all(p);
}

int place_pages(const struct placer_request *request, struct page_list *list,
		struct placer_answer *answer, struct err *e)
{
	struct placing p = {
		.request = request,
		.list = list,
		.deadline_ns = clock_monotonic_ns() + request->budget_ns,
	};
	cpu_set_t before;
	int r = pagemap_check(e);

	if (r < 0)
		return r;
	page_list_locate(list);
	answer->in_range = page_list_count_in(list, request->first_frame, request->n_frames);
	/* Without a second node a page cannot leave this one, so it cannot come back either. */
	if (answer->in_range == list->n_pages || request->away_node == PLACER_NO_NODE)
		return 0;
	r = hoard_open(&p.hoard, request->node, request->first_frame, request->n_frames,
		       request->budget_bytes, e);
	if (r < 0)
		return r;
	stay_on_cpu(&before);
	for (int round = 0; round < ROUNDS && answer->in_range < list->n_pages && !is_late(&p);
	     round++) {
		play_round(&p, list->n_pages - answer->in_range);
		page_list_locate(list);
		answer->in_range =
			page_list_count_in(list, request->first_frame, request->n_frames);
		if (p.hoard.is_exhausted && p.hoard.n_seats == 0)
			break;
	}
	answer->moved = p.moved;
	answer->hoard_bytes = p.hoard.taken_bytes;
	hoard_release(&p.hoard);
	(void)sched_setaffinity(0, sizeof(before), &before);
	return 0;
}

int place_where(const struct placer_request *request, struct page_list *list,
		struct placer_answer *answer, struct err *e)
{
	int r = pagemap_check(e);

	if (r < 0)
		return r;
	page_list_locate(list);
	answer->in_range = page_list_count_in(list, request->first_frame, request->n_frames);
	return 0;
}

int place_home(const struct placer_request *request, struct page_list *list,
	       struct placer_answer *answer, struct err *e)
{
	uint64_t deadline_ns = clock_monotonic_ns() + request->budget_ns, first = 0;

	(void)e;
	for (size_t i = 0; i < list->n_targets; i++) {
		const struct placer_target *target = &list->targets[i];
		uint64_t moved = 0;

		if (clock_monotonic_ns() >= deadline_ns)
			break;
		/* A target that has ended has nothing to be brought home. */
		if (target->home_node != PLACER_NO_NODE &&
		    migrate_to(target->pid, list->addresses + first, target->count,
			       target->home_node, MPOL_MF_MOVE_ALL, &moved, NULL) == 0)
			answer->moved += moved;
		first += target->count;
	}
	return 0;
}
