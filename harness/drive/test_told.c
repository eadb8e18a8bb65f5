// SPDX-License-Identifier: GPL-2.0-or-later
#include "drive/test_told.h"

#include <numaif.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "drive/test_drive.h"

struct told told;

void told_reset(void)
{
	memset(&told, 0, sizeof(told));
}

static void on_called(void *context, const struct caller_event *event)
{
	(void)context;
	told.event = *event;
	told.n_events++;
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
