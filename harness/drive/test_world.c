// SPDX-License-Identifier: GPL-2.0-or-later
#include "drive/test_world.h"

#include <errno.h>
#include <numaif.h>
#include <string.h>

struct world world;

struct move_event world_events[MAX_EVENTS];
atomic_size_t n_world_events;
atomic_uint n_world_faults;
char last_world_fault[256];
static uint64_t counted;

static size_t page_index(void *address)
{
	return (uintptr_t)address / PAGE - 1;
}

static long whole_call(int error)
{
	errno = error;
	return -1;
}

static long world_query(int process, unsigned long count, void **pages, int *status)
{
	world.queries++;
	if (world.query_error)
		return whole_call(world.query_error);
	for (unsigned long i = 0; i < count; i++)
		status[i] = world.place[process][page_index(pages[i])];
	return 0;
}

static void note_call(unsigned long count, void **pages, const int *nodes, const int *status,
		      int flags)
{
	bool is_single = count == 1;

	world.calls++;
	(*(is_single ? &world.singles : &world.batches))++;
	(is_single ? world.singles_to : world.batches_to)[nodes[0] & 1]++;
	for (unsigned long i = 0; i < count; i++)
		(is_single ? world.singles_of : world.batches_of)[page_index(pages[i])]++;
	if (flags != MPOL_MF_MOVE_ALL)
		world.bad_flags++;
	for (unsigned long i = 0; i < count; i++)
		if (status[i] != INT32_MIN)
			world.bad_prefill++;
}

long world_move(int pid, unsigned long count, void **pages, const int *nodes, int *status,
		int flags)
{
	int process = pid - FIRST_PID;
	long given_up = 0;

	if (world.gone[process])
		return whole_call(-world.gone[process]);
	if (!nodes)
		return world_query(process, count, pages, status);
	note_call(count, pages, nodes, status, flags);
	if (world.gone_at_call[process] && --world.gone_at_call[process] == 0)
		world.gone[process] = -ESRCH;
	if (world.call_error)
		return whole_call(world.call_error);
	for (unsigned long i = 0; i < count; i++) {
		size_t page = page_index(pages[i]);

		if ((world.is_stuck[page] && world.place[process][page] != nodes[i]) ||
		    (given_up && world.gives_up_at_first))
			given_up++;
		else if (!world.page_error[page])
			world.place[process][page] = nodes[i];
	}
	for (unsigned long i = 0; i < count && !given_up; i++) {
		size_t page = page_index(pages[i]);

		status[i] = world.page_error[page] ? world.page_error[page] : nodes[i];
	}
	return given_up;
}

static void on_moved(void *context, const struct move_event *event)
{
	(void)context;
	world_events[n_world_events++ % MAX_EVENTS] = *event;
}

static void on_fault(void *context, const char *text)
{
	(void)context;
	(void)strncpy(last_world_fault, text, sizeof(last_world_fault) - 1);
	atomic_fetch_add(&n_world_faults, 1);
}

static void on_counts(void *context, struct drive_counts *ret_counts)
{
	(void)context;
	counted += 5;
	*ret_counts = (struct drive_counts){.has_attempts = true, .attempts = counted};
}

const struct drive_hooks world_hooks = {.moved = on_moved, .fault = on_fault, .counts = on_counts};

struct profile world_profile;
struct plan world_plan;
struct plan_phase world_phase;
struct move_target world_targets[MAX_PIDS];

void world_init(size_t batch)
{
	memset(&world, 0, sizeof(world));
	memset(world_events, 0, sizeof(world_events));
	n_world_events = 0;
	counted = 0;
	atomic_store(&n_world_faults, 0);
	world_profile.move_pages_batch = (uint32_t)batch;
	world_plan =
		(struct plan){.profile = &world_profile, .move_nodes = {0, 1}, .can_move = true};
	world_phase = (struct plan_phase){.move_pages = true};
	for (int i = 0; i < MAX_PIDS; i++)
		world_targets[i] = (struct move_target){.pid = FIRST_PID + i,
							.base_address = PAGE,
							.pages = WORLD_PAGES,
							.page_size = PAGE};
}

uint64_t world_by_status(const struct move_event *event, int32_t status)
{
	for (uint32_t i = 0; i < event->n_status; i++)
		if (event->by_status[i].status == status)
			return event->by_status[i].count;
	return 0;
}
