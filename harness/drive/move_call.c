// SPDX-License-Identifier: GPL-2.0-or-later
#include "drive/move_call.h"

#include <errno.h>
#include <numaif.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"

void move_call_init(struct move_call *c, size_t max_pages, move_function function)
{
	*c = (struct move_call){
		.function = function ? function : move_pages,
		.room = max_pages,
		.pages = memory_alloc(max_pages, sizeof(*c->pages)),
		.nodes = memory_alloc(max_pages, sizeof(*c->nodes)),
		.status = memory_alloc(max_pages, sizeof(*c->status)),
		.before = memory_alloc(max_pages, sizeof(*c->before)),
		.after = memory_alloc(max_pages, sizeof(*c->after)),
	};
}

void move_call_done(struct move_call *c)
{
	free(c->pages);
	free(c->nodes);
	free(c->status);
	free(c->before);
	free(c->after);
}

/*
 * By status: the kernel has about a dozen words for a page and for a call; were there ever more
 * than fit, the totals of the event would still be right.
 */
static void count_status(struct move_event *event, int32_t status)
{
	uint32_t i;

	for (i = 0; i < event->n_status && event->by_status[i].status != status; i++)
		;
	if (i == MOVE_MAX_STATUS)
		return;
	if (i == event->n_status) {
		event->by_status[i].status = status;
		event->by_status[i].count = 0;
		event->n_status++;
	}
	event->by_status[i].count++;
}

static int query(struct move_call *c, pid_t pid, size_t count, int *places)
{
	for (size_t i = 0; i < count; i++)
		places[i] = MOVE_UNTOUCHED;
	return c->function(pid, count, c->pages, NULL, places, 0) < 0 ? -errno : 0;
}

int move_call_query(struct move_call *c, const struct move_target *target, uint64_t first,
		    size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint64_t address = target->base_address + (first + i) * target->page_size;

		c->pages[i] = (void *)(uintptr_t)address;
	}
	return query(c, target->pid, count, c->before);
}

static void note_stuck(struct move_event *event, pid_t pid, uint64_t address)
{
	size_t i = 0;

	while (i < event->n_stuck && event->stuck[i].pid != pid)
		i++;
	if (i == MOVE_MAX_STUCK)
		return;
	if (i == event->n_stuck)
		event->n_stuck++;
	event->stuck[i].pid = pid;
	event->stuck[i].address = address;
}

/*
 * How many pages of the batch the kernel came to. It queues page after page; one that it cannot queue (EBUSY,
 * there already) has its status at once and ends the queue, which is migrated then. Where that fails, the
 * queue's words stay as they were and the call ends: what follows that page was never tried (mm/migrate.c:
 * do_pages_move(), 5.10 to 6.12).
 */
static size_t count_tried(const int *status, size_t count)
{
	size_t i = 0;

	while (i < count && status[i] != MOVE_UNTOUCHED)
		i++;
	while (i < count && status[i] == MOVE_UNTOUCHED)
		i++;
	return i;
}

static void note_pages(struct move_call *c, const struct move_target *target, size_t count,
		       uint32_t node, int error, struct move_event *event)
{
	size_t tried = count_tried(c->status, count);

	event->pages += count;
	for (size_t i = 0; i < count; i++) {
		if (c->before[i] == (int)node) {
			event->already_there++;
			continue;
		}
		count_status(event, c->status[i] >= 0 ? 0 : c->status[i]);
		if (c->after[i] == (int)node) {
			event->moved++;
			continue;
		}
		event->not_moved++;
		if (error) {
			event->failed_call_pages++;
		} else if (i < tried && c->status[i] == MOVE_UNTOUCHED) {
			event->gave_up++;
			note_stuck(event, target->pid, (uintptr_t)c->pages[i]);
		}
	}
}

static void note_call(struct move_event *event, size_t count)
{
	event->calls++;
	if (count == 1)
		event->single_calls++;
	else
		event->batch_calls++;
}

static void note_error(struct move_event *event, int error)
{
	event->call_errors++;
	count_status(event, error);
}

bool move_call_process_gone(int error)
{
	return error == -ESRCH || error == -EINVAL;
}

int move_call_make(struct move_call *c, const struct move_target *target, size_t count,
		   uint32_t node, struct move_event *event)
{
	uint64_t start_ns;
	int error = 0;
	long r;

	for (size_t i = 0; i < count; i++) {
		c->nodes[i] = (int)node;
		c->status[i] = MOVE_UNTOUCHED;
	}
	start_ns = clock_monotonic_ns();
	r = c->function(target->pid, count, c->pages, c->nodes, c->status, MPOL_MF_MOVE_ALL);
	if (r < 0)
		error = -errno;
	hist_add(&event->latency, clock_monotonic_ns() - start_ns);
	note_call(event, count);
	if (r > 0)
		event->returned += (uint64_t)r;
	if (error)
		note_error(event, error);
	r = query(c, target->pid, count, c->after);
	if (r < 0 && !error)
		note_error(event, (int)r);
	if (r < 0)
		error = (int)r;
	if (!move_call_process_gone(error))
		note_pages(c, target, count, node, error, event);
	return error;
}

void move_call_note_failed_query(struct move_event *event, int error, size_t count)
{
	note_call(event, count);
	note_error(event, error);
	event->pages += count;
	event->not_moved += count;
	event->failed_call_pages += count;
}
