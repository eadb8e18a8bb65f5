// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/page_list.h"

#include <stdlib.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "workloads/migrate.h"
#include "workloads/pagemap.h"

/* A page under migration has no frame for a moment: so often it is asked for again. */
#define LOCATE_TRIES 3

void page_list_init(struct page_list *list, const struct placer_target *targets, size_t n_targets)
{
	uint64_t page_size = (uint64_t)sysconf(_SC_PAGESIZE), k = 0;

	*list = (struct page_list){.targets = targets, .n_targets = n_targets};
	for (size_t i = 0; i < n_targets; i++)
		list->n_pages += targets[i].count;
	list->addresses = memory_alloc(list->n_pages, sizeof(*list->addresses));
	list->frames = memory_alloc(list->n_pages, sizeof(*list->frames));
	list->nodes = memory_alloc(list->n_pages, sizeof(*list->nodes));
	for (size_t i = 0; i < n_targets; i++)
		for (uint64_t page = 0; page < targets[i].count; page++)
			list->addresses[k++] =
				(void *)(uintptr_t)(targets[i].address + page * page_size);
}

void page_list_done(struct page_list *list)
{
	free(list->addresses);
	free(list->frames);
	free(list->nodes);
	*list = (struct page_list){0};
}

/* Reading a byte makes the target's page table entry whole again, whatever it was waiting for. */
static void fault_in(pid_t pid, void *address)
{
	char byte;
	struct iovec here = {&byte, 1}, there = {address, 1};

	(void)process_vm_readv(pid, &here, 1, &there, 1, 0);
}

static void locate_target(const struct placer_target *target, void **addresses, uint64_t *frames)
{
	cleanup_close int fd = pagemap_open(target->pid, NULL);

	if (fd < 0) {
		for (uint64_t i = 0; i < target->count; i++)
			frames[i] = 0;
		return;
	}
	pagemap_read(fd, target->address, frames, target->count);
	for (uint64_t i = 0; i < target->count; i++) {
		for (int try = 0; try < LOCATE_TRIES && !pagemap_is_present(frames[i]); try++) {
			fault_in(target->pid, addresses[i]);
			pagemap_read(fd, (uint64_t)(uintptr_t)addresses[i], &frames[i], 1);
		}
		frames[i] = pagemap_is_present(frames[i]) ? pagemap_frame(frames[i]) : 0;
	}
}

void page_list_locate(struct page_list *list)
{
	uint64_t k = 0;

	for (size_t i = 0; i < list->n_targets; i++) {
		locate_target(&list->targets[i], list->addresses + k, list->frames + k);
		k += list->targets[i].count;
	}
}

void page_list_ask_nodes(struct page_list *list)
{
	uint64_t k = 0;

	for (size_t i = 0; i < list->n_targets; i++) {
		const struct placer_target *target = &list->targets[i];

		/* A failed call leaves what was filled in before it: negative numbers. */
		for (uint64_t page = 0; page < target->count; page++)
			list->nodes[k + page] = -1;
		(void)migrate_query(target->pid, list->addresses + k, target->count,
				    list->nodes + k, NULL);
		k += target->count;
	}
}

uint64_t page_list_count_in(const struct page_list *list, uint64_t first_frame, uint64_t n_frames)
{
	uint64_t count = 0;

	for (uint64_t i = 0; i < list->n_pages; i++)
		count += frame_is_in(list->frames[i], first_frame, n_frames);
	return count;
}
