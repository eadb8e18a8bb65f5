// SPDX-License-Identifier: GPL-2.0-or-later
#include "drive/test_told.h"

#include <numaif.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/hist.h"
#include "drive/test_drive.h"
#include "drive/test_wait.h"
#include "drive/test_world.h"

struct told told;

void told_reset(void)
{
	memset(&told, 0, sizeof(told));
}

static void add_errors(int error, uint64_t count)
{
	uint32_t i;

	for (i = 0; i < told.event.n_errors && told.event.errors[i].error != error; i++)
		;
	assert_true(i < CALLER_MAX_ERRORS);
	if (i == told.event.n_errors)
		told.event.n_errors++;
	told.event.errors[i].error = error;
	told.event.errors[i].count += count;
}

static void on_called(void *context, const struct caller_event *event)
{
	(void)context;
	told.event.caller = event->caller;
	told.event.calls += event->calls;
	for (uint32_t i = 0; i < event->n_errors; i++)
		add_errors(event->errors[i].error, event->errors[i].count);
	for (uint32_t i = 0; i < event->n_numbers; i++)
		caller_add_number(&told.event, event->numbers[i].name, event->numbers[i].value);
	told.event.counts = event->counts;
	hist_merge(&told.event.latency, &event->latency);
	told.n_events++;
}

static void on_counts(void *context, struct drive_counts *ret_counts)
{
	(void)context;
	*ret_counts = (struct drive_counts){
		.has_attempts = true, .attempts = 7, .has_eagain = true, .eagain = 3};
}

static void on_started(void *context, const char *driver, pid_t tid)
{
	(void)context;
	(void)tid;
	(void)snprintf(told.started, sizeof(told.started), "%s", driver);
}

static void on_fault(void *context, const char *text)
{
	(void)context;
	(void)snprintf(told.fault, sizeof(told.fault), "%s", text);
	told.n_faults++;
}

static void on_count_thread(void *context, pid_t tid)
{
	(void)context;
	told.counted[told.n_counted++ % TOLD_MAX] = tid;
}

static int on_bind_pages(void *context, pid_t pid, uint32_t node)
{
	(void)context;
	told.bound[told.n_bound % TOLD_MAX].pid = pid;
	told.bound[told.n_bound++ % TOLD_MAX].node = node;
	return told.bind_answer;
}

static int on_reclaim_page(void *context, pid_t pid)
{
	unsigned int n = told.n_reclaimed++;

	(void)context;
	told.reclaimed[n % TOLD_MAX] = pid;
	return told.reclaim_answer ? told.reclaim_answer(pid, n) : 0;
}

struct drive_hooks told_hooks = {.called = on_called,
				 .counts = on_counts,
				 .thread_started = on_started,
				 .fault = on_fault,
				 .count_thread = on_count_thread,
				 .bind_pages = on_bind_pages,
				 .reclaim_page = on_reclaim_page};

uint64_t told_number(const char *name)
{
	for (uint32_t i = 0; i < told.event.n_numbers; i++)
		if (strcmp(told.event.numbers[i].name, name) == 0)
			return told.event.numbers[i].value;
	return UINT64_MAX;
}

static const struct caller_step *counted_step;

static int call_and_count(struct caller_context *c)
{
	int error = counted_step->call(c);

	told.n_calls++;
	return error;
}

struct caller_driver *told_start_with(const struct caller_step *step, enum caller caller,
				      struct fsio *fs, const struct move_target *targets, size_t n,
				      struct err *e)
{
	static struct caller_step counting;

	counted_step = step;
	counting = *step;
	counting.call = call_and_count;
	return caller_driver_start_with(&counting, fs, &world_plan, &world_phase, caller, targets,
					n, &told_hooks, e);
}

struct caller_driver *told_start(enum caller caller, struct fsio *fs,
				 const struct move_target *targets, size_t n, struct err *e)
{
	return told_start_with(caller_steps[caller], caller, fs, targets, n, e);
}

void told_stop(struct caller_driver *driver)
{
	caller_driver_stop(driver);
	caller_driver_join(driver);
}

void told_join(struct caller_driver *driver)
{
	wait_until(caller_driver_has_ended(driver));
	caller_driver_join(driver);
}

bool own_target(struct move_target *ret_target, uint32_t *ret_node)
{
	size_t size = (size_t)sysconf(_SC_PAGESIZE);
	unsigned char *base = mmap(NULL, OWN_PAGES * size, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	void *pages[OWN_PAGES];
	int status[OWN_PAGES];

	assert_true(base != MAP_FAILED);
	for (size_t i = 0; i < OWN_PAGES; i++) {
		pages[i] = base + i * size;
		base[i * size] = 1;
		status[i] = -1;
	}
	*ret_target = (struct move_target){.pid = getpid(),
					   .base_address = (uintptr_t)base,
					   .pages = OWN_PAGES,
					   .page_size = size,
					   .group = "own",
					   .kind = "private-anonymous"};
	*ret_node = 0;
	if (move_pages(0, OWN_PAGES, pages, NULL, status, 0) < 0)
		return false;
	for (size_t i = 0; i < OWN_PAGES; i++)
		if (status[i] < 0 || status[i] != status[0])
			return false;
	*ret_node = (uint32_t)status[0];
	return true;
}

void own_target_done(struct move_target *target)
{
	(void)munmap((void *)(uintptr_t)target->base_address, OWN_PAGES * target->page_size);
}
