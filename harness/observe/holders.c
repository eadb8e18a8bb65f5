// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/holders.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/fsio.h"
#include "base/memory.h"
#include "observe/holder_evidence.h"

#define CHUNK 8192 /* page table entries of a read: 64 KiB */
#define PROCESS_PART 2
#define MAPPING_PART 20
#define PRESENT (1ULL << 63)
#define FRAME_MASK ((1ULL << 55) - 1)

struct search {
	struct fsio *fs;
	uint64_t first_frame, n_frames;
	uint64_t page_size, budget_ns;
	uint64_t end_ns, process_end_ns, mapping_end_ns;
	uint64_t *entries; /* CHUNK of them */
	struct holders *ret;
	pid_t self;
};

/*
 * Who reserves terabytes of addresses (sanitizers, runtimes) must not use up the time of all others:
 * a mapping has its part of it, and a process.
 */
static bool is_up(const struct search *s, uint64_t end_ns)
{
	if (clock_monotonic_ns() < end_ns)
		return false;
	s->ret->was_cut = true;
	return true;
}

static uint64_t part_of(const struct search *s, uint64_t part, uint64_t end_ns)
{
	uint64_t ns = clock_monotonic_ns() + s->budget_ns / part;

	return ns < end_ns ? ns : end_ns;
}

static bool is_greater(const struct holder *a, const struct holder *b)
{
	return a->weight != b->weight ? a->weight > b->weight : a->pages > b->pages;
}

/* Into its place in the list; the least one falls out at the end. */
static void insert(struct holders *list, const struct holder *h)
{
	size_t at = list->n;

	while (at > 0 && is_greater(h, &list->list[at - 1]))
		at--;
	if (at == HOLDERS_MAX)
		return;
	if (list->n < HOLDERS_MAX)
		list->n++;
	memmove(&list->list[at + 1], &list->list[at],
		(list->n - at - 1) * sizeof(list->list[0]));
	list->list[at] = *h;
}

/* One line of maps: "from-to perms offset device inode   path"; false: it is none. */
static bool parse_mapping(const char *line, uint64_t *ret_from, uint64_t *ret_to, struct holder *h)
{
	unsigned long long from, to;
	char perms[8];
	int path = 0;

	if (sscanf(line, "%llx-%llx %7s %*s %*s %*s %n", &from, &to, perms, &path) < 3)
		return false;
	*ret_from = from;
	*ret_to = to;
	(void)snprintf(h->mapping, sizeof(h->mapping), "%llx-%llx %s %.128s", from, to, perms,
		       path && line[path] ? line + path : "[anonymous]");
	return true;
}

/* How many pages of the mapping are in the frames; where the first and the last of them are. */
static uint64_t count_pages(struct search *s, int pagemap, uint64_t from, uint64_t to,
			    uint64_t *ret_low, uint64_t *ret_high)
{
	uint64_t found = 0;

	for (uint64_t at = from; at < to && !is_up(s, s->mapping_end_ns);) {
		uint64_t left = (to - at) / s->page_size, n = left < CHUNK ? left : CHUNK;
		ssize_t bytes = pread(pagemap, s->entries, n * sizeof(*s->entries),
				      (off_t)(at / s->page_size * sizeof(*s->entries)));

		if (bytes <= 0)
			break;
		n = (uint64_t)bytes / sizeof(*s->entries);
		for (uint64_t i = 0; i < n; i++) {
			uint64_t frame = s->entries[i] & FRAME_MASK;

			if (!(s->entries[i] & PRESENT) || frame < s->first_frame ||
			    frame - s->first_frame >= s->n_frames)
				continue;
			if (found++ == 0)
				*ret_low = at + i * s->page_size;
			*ret_high = at + (i + 1) * s->page_size;
		}
		at += n * s->page_size;
	}
	return found;
}

static void look_at_mapping(struct search *s, int pagemap, pid_t pid, const char *line)
{
	struct holder h = {.pid = pid};
	uint64_t from, to, low = 0, high = 0;

	if (!parse_mapping(line, &from, &to, &h))
		return;
	s->mapping_end_ns = part_of(s, MAPPING_PART, s->process_end_ns);
	h.pages = count_pages(s, pagemap, from, to, &low, &high);
	if (h.pages == 0)
		return;
	h.address = low;
	if (fsio_read_text(s->fs, h.comm, sizeof(h.comm), "proc/%d/comm", (int)pid) < 0)
		h.comm[0] = '\0';
	holder_look(s->fs, &h, low, high);
	insert(s->ret, &h);
}

static void look_at_process(struct search *s, pid_t pid)
{
	cleanup_free char *path = memory_format("proc/%d/maps", (int)pid);
	cleanup_free char *table = memory_format("proc/%d/pagemap", (int)pid);
	cleanup_free char *text = NULL;
	cleanup_close int pagemap = openat(s->fs->root_fd, table, O_RDONLY | O_CLOEXEC);
	char *next = NULL;
	size_t size;

	/* Threads of the kernel have no mappings. */
	if (pagemap < 0 || fsio_read_all(s->fs, &text, &size, path) < 0)
		return;
	s->ret->processes++;
	s->process_end_ns = part_of(s, PROCESS_PART, s->end_ns);
	for (char *line = strtok_r(text, "\n", &next); line && !is_up(s, s->process_end_ns);
	     line = strtok_r(NULL, "\n", &next))
		look_at_mapping(s, pagemap, pid, line);
}

static int each_process(void *context, const char *name)
{
	struct search *s = context;
	char *end;
	long pid = strtol(name, &end, 10);

	if (*end || pid <= 0 || pid == s->self)
		return 0;
	if (is_up(s, s->end_ns))
		return 1;
	look_at_process(s, (pid_t)pid);
	return 0;
}

void holders_find(struct fsio *fs, uint64_t first_frame, uint64_t n_frames, uint64_t budget_ns,
		  struct holders *ret)
{
	cleanup_free uint64_t *entries = memory_alloc(CHUNK, sizeof(*entries));
	struct search s = {
		.fs = fs,
		.first_frame = first_frame,
		.n_frames = n_frames,
		.page_size = (uint64_t)sysconf(_SC_PAGESIZE),
		.budget_ns = budget_ns,
		.end_ns = clock_monotonic_ns() + budget_ns,
		.entries = entries,
		.ret = ret,
		.self = getpid(),
	};

	*ret = (struct holders){0};
	(void)fsio_list(fs, "proc", each_process, &s);
}

void holders_of_page(struct fsio *fs, pid_t pid, uint64_t address, struct holders *ret)
{
	cleanup_free char *path = memory_format("proc/%d/maps", (int)pid);
	cleanup_free char *text = NULL;
	char *next = NULL;
	size_t size;

	*ret = (struct holders){0};
	if (fsio_read_all(fs, &text, &size, path) < 0)
		return;
	ret->processes = 1;
	for (char *line = strtok_r(text, "\n", &next); line; line = strtok_r(NULL, "\n", &next)) {
		struct holder h = {.pid = pid, .address = address, .pages = 1};
		uint64_t from, to;

		if (!parse_mapping(line, &from, &to, &h) || address < from || address >= to)
			continue;
		if (fsio_read_text(fs, h.comm, sizeof(h.comm), "proc/%d/comm", (int)pid) < 0)
			h.comm[0] = '\0';
		holder_look(fs, &h, address, address + (uint64_t)sysconf(_SC_PAGESIZE));
		insert(ret, &h);
		return;
	}
}
